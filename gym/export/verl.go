package export

import (
	"encoding/json"
	"io"

	"github.com/turngym/turngym/gym"
)

// verlTask is a row of a data set for verl's agent loops. The ground truth is
// the task, which an interaction or a tool can open again.
type verlTask struct {
	DataSource  string        `parquet:"data_source"`
	Prompt      []verlMessage `parquet:"prompt,list"`
	Ability     string        `parquet:"ability"`
	RewardModel verlReward    `parquet:"reward_model"`
	ExtraInfo   verlExtra     `parquet:"extra_info"`
	AgentName   string        `parquet:"agent_name"`
}

type verlMessage struct {
	Role    string `parquet:"role"`
	Content string `parquet:"content"`
}

type verlReward struct {
	Style       string `parquet:"style"`
	GroundTruth string `parquet:"ground_truth"`
}

type verlExtra struct {
	Split           string  `parquet:"split"`
	Index           int64   `parquet:"index"`
	NeedToolsKwargs bool    `parquet:"need_tools_kwargs"`
	ID              string  `parquet:"id"`
	Scenario        string  `parquet:"scenario"`
	Level           int64   `parquet:"level"`
	Seed            string  `parquet:"seed"`
	Tools           string  `parquet:"tools"`   // JSON Schema of the verbs
	Outcome         float64 `parquet:"outcome"` // of the recorded episode
}

// truth is a task as JSON.
type truth struct {
	Env      string `json:"env"`
	Scenario string `json:"scenario"`
	Level    int    `json:"level"`
	Seed     string `json:"seed"`
	Split    string `json:"split"`
	Hint     int    `json:"hint"`
}

func verlTasks(w io.Writer) Writer {
	index := int64(0)
	return table(w, func(ep *gym.Episode) ([]verlTask, error) {
		a := tell(ep)
		described, err := json.Marshal(tools(ep))
		if err != nil {
			return nil, err
		}
		task, err := json.Marshal(truth{a.Env, a.Scenario, a.Level, a.Seed, a.Split, a.Hint})
		if err != nil {
			return nil, err
		}
		row := verlTask{DataSource: "turngym/" + ep.Env, Ability: "agent", AgentName: "tool_agent",
			Prompt:      []verlMessage{{"user", opening(&ep.Turns[0].Observation)}},
			RewardModel: verlReward{"rule", string(task)},
			ExtraInfo: verlExtra{Split: a.Split, Index: index, ID: a.ID, Scenario: a.Scenario, Level: int64(a.Level), Seed: a.Seed,
				Tools: string(described), Outcome: float64(a.Outcome)}}
		index++
		return []verlTask{row}, nil
	})
}

// verlRollout is what verl's agent loop gives for an episode (AgentLoopOutput):
// the prompt ends before the first token that was sampled, and the three lists of
// the response are of one length.
type verlRollout struct {
	PromptIDs        []int32   `json:"prompt_ids"`
	ResponseIDs      []int32   `json:"response_ids"`
	ResponseMask     []int     `json:"response_mask"`
	ResponseLogProbs []float32 `json:"response_logprobs"`
	RewardScore      real      `json:"reward_score"`
	NumTurns         int       `json:"num_turns"` // of the user and tools, and of the agent
	Metrics          struct{}  `json:"metrics"`
	ExtraFields      verlMore  `json:"extra_fields"`
}

type verlMore struct {
	about
	TurnScores []real   `json:"turn_scores"`
	Versions   []uint32 `json:"versions"` // of the weights, by token of the response
}

func verlRollouts(ep *gym.Episode) ([]any, error) {
	all, err := whole(ep)
	if err != nil {
		return nil, err
	}
	read, written := part(&all)
	row := verlRollout{PromptIDs: ids(read.IDs), ResponseIDs: written.IDs, ResponseLogProbs: written.LogProb, RewardScore: real(ep.Outcome()),
		NumTurns: 2 * len(ep.Turns), ExtraFields: verlMore{tell(ep), paid(ep), written.Version}}
	for _, sampled := range written.Sampled {
		mask := 0
		if sampled {
			mask = 1
		}
		row.ResponseMask = append(row.ResponseMask, mask)
	}
	return []any{row}, nil
}
