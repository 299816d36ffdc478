/* Trains a compiled plan from C: batches are made here, no file is read.
 *
 *   embed line.plan
 *
 * The plan's ranks are threads of this process; under mpirun each process is
 * one of them. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <sft/sft.h>

enum { batch_rows = 64, steps = 300 };

static void check(sft_error *error) {
  if (!error) {
    return;
  }
  sft_code code = sft_error_code(error);
  fprintf(stderr, "embed: error[SFT%04d] %s\n", sft_error_id(error),
          sft_error_message(error));
  sft_error_free(error);
  exit(code);
}

/* Points of y = 3 x - 1 with x in [-1, 1). */
static void make_batch(float *x, float *y) {
  for (int row = 0; row < batch_rows; ++row) {
    x[row] = 2.0f * (float)rand() / ((float)RAND_MAX + 1.0f) - 1.0f;
    y[row] = 3.0f * x[row] - 1.0f;
  }
}

static double train(sft_session *session) {
  float x[batch_rows], y[batch_rows];
  sft_input inputs[] = {{.name = "x", .data = x}, {.name = "y", .data = y}};
  sft_step_result result = {0};
  for (int step = 1; step <= steps; ++step) {
    make_batch(x, y);
    check(sft_session_step(session, inputs, 2, &result));
    if (step % 100 == 0 && sft_session_is_main(session)) {
      printf("step %d loss %.3g\n", step, result.loss);
    }
  }
  return result.loss;
}

int main(int argc, char **argv) {
  if (argc != 2) {
    fprintf(stderr, "usage: embed line.plan\n");
    return SFT_USAGE;
  }
  sft_plan *plan;
  sft_session *session;
  check(sft_plan_load(argv[1], &plan));
  check(sft_session_create(plan, NULL, &session));
  check(sft_session_initialize(session));
  double loss = train(session);

  float w = 0, b = 0;
  check(sft_session_read_parameter(session, "w", &w, sizeof w));
  check(sft_session_read_parameter(session, "b", &b, sizeof b));
  if (sft_session_is_main(session)) {
    printf("y = %.3f x %+.3f\n", w, b);
  }
  sft_session_free(session);
  sft_plan_free(plan);
  return loss < 1e-4 && isfinite(loss) ? 0 : 1;
}
