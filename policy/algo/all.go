package algo

import "github.com/turngym/turngym/gym/catalog"

// Estimators are all ways to an advantage.
func Estimators() *catalog.Catalog[Estimator] {
	return catalog.Must("estimator",
		catalog.Entry[Estimator]{Name: "demonstration", Doc: "every token of an expert counts 1", New: func() Estimator { return Demonstration{} }},
		catalog.Entry[Estimator]{Name: "group", Doc: "return less the group's mean", From: "GRPO, Shao et al. 2024", New: func() Estimator { return Group{Normalize: true} }},
		catalog.Entry[Estimator]{Name: "reinforce", Doc: "reward to go less the batch's mean", From: "Williams 1992", New: func() Estimator { return Reinforce{Gamma: 1} }},
		catalog.Entry[Estimator]{Name: "gae", Doc: "generalised advantages over turns", From: "Schulman et al. 2016", New: func() Estimator { return GAE{Gamma: 1, Lambda: 0.95, Whiten: true} }},
	)
}

// Objectives are all parts of a loss.
func Objectives() *catalog.Catalog[Objective] {
	return catalog.Must("objective",
		catalog.Entry[Objective]{Name: "policy-gradient", Doc: "-A*logp; the log-likelihood of demonstrations", From: "Williams 1992", New: func() Objective { return PolicyGradient{} }},
		catalog.Entry[Objective]{Name: "clip", Doc: "the clipped surrogate", From: "PPO, Schulman et al. 2017", New: func() Objective { return Clip{Low: 0.2, High: 0.2} }},
		catalog.Entry[Objective]{Name: "entropy", Doc: "a bonus for undecided choices", From: "Mnih et al. 2016", New: func() Objective { return EntropyBonus{Coef: 0.01} }},
		catalog.Entry[Objective]{Name: "kl", Doc: "stay near the reference", From: "GRPO, Shao et al. 2024", New: func() Objective { return KL{Coef: 0.01} }},
		catalog.Entry[Objective]{Name: "distill", Doc: "do what a teacher would", From: "Agarwal et al. 2024", New: func() Objective { return Distill{Coef: 1} }},
		catalog.Entry[Objective]{Name: "value", Doc: "squared error of the value head", From: "PPO, Schulman et al. 2017", New: func() Objective { return ValueLoss{Coef: 0.5} }},
	)
}
