#include "gym.cuh"

// Of each row of logits [rows, n], a block for each: logp is its log-softmax at
// target, entropy that of the distribution in nats.
KERNEL __launch_bounds__(128) logsoftmax(float *logp, float *entropy, const float *logits, const int *target, int n) {
  const float *row = logits + static_cast<u64>(blockIdx.x) * n;
  float top = -INF;
  for (int i = threadIdx.x; i < n; i += blockDim.x) top = fmaxf(top, row[i]);
  top = block_max(top);
  float sum = 0, weighted = 0;
  for (int i = threadIdx.x; i < n; i += blockDim.x) {
    float d = row[i] - top, e = fast_exp(d);
    sum += e;
    weighted += e * d;
  }
  sum = block_sum(sum);
  weighted = block_sum(weighted);
  if (threadIdx.x == 0) {
    float log_sum = fast_log(sum);
    logp[blockIdx.x] = row[target[blockIdx.x]] - top - log_sum;
    entropy[blockIdx.x] = log_sum - weighted / sum;
  }
}
