/* Kernels of the hand-made test plan (TestPlan.h), with the ABI of generated
 * ones: args point at buffers, [begin, end) is a range of the outermost loop.
 */
#include <stdint.h>
#include <unistd.h>

/* args: w[K] <- 0.01 * (seed + index of the element). */
void test_init(void *const *args, int64_t begin, int64_t end) {
  float *w = args[0];
  const int64_t *seed = args[1];
  for (int64_t i = begin; i < end; ++i) {
    w[i] = 0.01f * (float)(*seed + i);
  }
}

/* args: prediction[n], target[n], error[n], loss[1], rows[1] (global, f32).
 * error = 2 (prediction - target) / rows; loss = this rank's part of the mean
 * square. */
void test_residual(void *const *args, int64_t begin, int64_t end) {
  const float *prediction = args[0], *target = args[1], *rows = args[4];
  float *error = args[2], *loss = args[3];
  float sum = 0;
  for (int64_t i = begin; i < end; ++i) {
    float difference = prediction[i] - target[i];
    sum += difference * difference;
    error[i] = 2 * difference / *rows;
  }
  *loss = sum / *rows;
}

/* args: gradient[K], guard[1] <- sum of squares. */
void test_guard(void *const *args, int64_t begin, int64_t end) {
  const float *gradient = args[0];
  float *guard = args[1];
  *guard = 0;
  for (int64_t i = begin; i < end; ++i) {
    *guard += gradient[i] * gradient[i];
  }
}

/* args: w[K], gradient[K], rate[1]. */
void test_sgd(void *const *args, int64_t begin, int64_t end) {
  float *w = args[0];
  const float *gradient = args[1], *rate = args[2];
  for (int64_t i = begin; i < end; ++i) {
    w[i] -= *rate * gradient[i];
  }
}

/* Faults, at step 3 of rank 1. args: step[1], rank[1]. */
static int isTheMoment(void *const *args) {
  return *(const int64_t *)args[0] == 3 && *(const int64_t *)args[1] == 1;
}

void test_crash(void *const *args, int64_t begin, int64_t end) {
  if (isTheMoment(args)) {
    *(volatile int *)0 = (int)(begin + end);
  }
}

void test_spin(void *const *args, int64_t begin, int64_t end) {
  volatile int64_t spins = begin + end;
  while (isTheMoment(args)) {
    ++spins;
  }
}

/* Slows every step down, so that a test can interfere. */
void test_sleep(void *const *args, int64_t begin, int64_t end) {
  (void)args;
  usleep((useconds_t)(end - begin));
}

/* Costs nothing: for measuring what the executor costs. */
void test_nothing(void *const *args, int64_t begin, int64_t end) {
  (void)args, (void)begin, (void)end;
}
