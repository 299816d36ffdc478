/*===- sft.h - Run compiled plans from C --------------------------*- C -*-===//
 *
 * A plan is what sftc makes of a model: a program for every rank of a job. A
 * session runs it, all ranks as threads of this process, or one rank of an MPI
 * job. sft-run uses nothing but this header.
 *
 *   sft_plan *plan;
 *   sft_session *session;
 *   check(sft_plan_load("model.plan", &plan));
 *   check(sft_session_create(plan, NULL, &session));
 *   check(sft_session_initialize(session));
 *   sft_input inputs[] = {{.name = "x", .data = x}, {.name = "y", .data = y}};
 *   sft_step_result result;
 *   check(sft_session_step(session, inputs, 2, &result));
 *
 * Conventions. A function that can fail returns NULL, or an error to be freed
 * with sft_error_free. Out-parameters are written on success only. Handles are
 * used by one thread at a time. Strings and infos that a handle returns live as
 * long as the handle. Structures with a `size` field are to be filled in by
 * their *_init function, so that fields can be added. Functions marked
 * *collective* must be called by every process of an MPI job, in one order.
 *
 * A plan contains machine code: load only plans that you trust.
 *
 *===----------------------------------------------------------------------===*/
#ifndef SFT_H
#define SFT_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define SFT_API __attribute__((visibility("default")))
#else
#define SFT_API
#endif

/* "0.1.0". */
SFT_API const char *sft_version(void);

/*===-- Errors ------------------------------------------------------------===*/

typedef struct sft_error sft_error;

/* What a launcher must know; usable as exit status (sysexits.h and own). */
typedef enum sft_code {
  SFT_OK = 0,
  SFT_USAGE = 64,         /* bad arguments */
  SFT_DATA = 65,          /* malformed or corrupt input */
  SFT_NO_INPUT = 66,      /* missing or unreadable input */
  SFT_UNAVAILABLE = 69,   /* a device or library is missing */
  SFT_INTERNAL = 70,      /* our own check failed: please report it */
  SFT_RESOURCES = 71,     /* memory, descriptors, threads */
  SFT_CANNOT_CREATE = 73, /* an output cannot be created or is locked */
  SFT_IO = 74,            /* input/output failed while running */
  SFT_PEER_LOST = 75,     /* a rank was lost or a deadline passed: retry */
  SFT_CONFIG = 78,        /* plan and job do not fit */
  SFT_NUMERIC = 80        /* NaN or Inf */
} sft_code;

/* All of them accept NULL: SFT_OK, 0, "". */
SFT_API sft_code sft_error_code(const sft_error *error);
/* The stable number printed as SFT0412. */
SFT_API int sft_error_id(const sft_error *error);
/* Control characters are escaped. */
SFT_API const char *sft_error_message(const sft_error *error);
/* Nonzero where every process of the job has got this same error, so that one
 * of them may speak for all. */
SFT_API int sft_error_is_collective(const sft_error *error);
/* Under MPI, freeing the error of sft_session_create, like freeing a session
 * that has failed, ends the whole job with the error's code: report first. */
SFT_API void sft_error_free(sft_error *error);

typedef enum sft_log_level {
  SFT_LOG_NOTE,
  SFT_LOG_WARNING,
  SFT_LOG_ERROR
} sft_log_level;
typedef void (*sft_log_function)(void *user, sft_log_level level, int id,
                                 const char *message);
/* Sends warnings, and the watchdog's report, to `log` instead of standard
 * error. Called from any thread, one at a time. NULL: standard error again. */
SFT_API void sft_set_log(sft_log_function log, void *user);

/*===-- Plans -------------------------------------------------------------===*/

typedef struct sft_plan sft_plan;

typedef enum sft_type {
  SFT_F32,
  SFT_F64,
  SFT_BF16,
  SFT_I8,
  SFT_I32,
  SFT_I64
} sft_type;
/* Bytes of one element. */
SFT_API size_t sft_type_size(sft_type type);

/* Loads and verifies; executes nothing. */
SFT_API sft_error *sft_plan_load(const char *path, sft_plan **plan);
/* Sessions may outlive their plan. */
SFT_API void sft_plan_free(sft_plan *plan);

typedef struct sft_plan_info {
  const char *model;        /* its name in the model file */
  const char *producer;     /* version of sftc */
  const char *command_line; /* of sftc, as typed */
  const char *digest;       /* 32 hex digits that name the plan */
  const char *mesh;         /* "data=2,tensor=2" */
  int ranks;
  int64_t batch;        /* global rows a step */
  uint64_t arena_bytes; /* of the rank that needs most: the exact peak */
} sft_plan_info;
SFT_API void sft_plan_get_info(const sft_plan *plan, sft_plan_info *info);

typedef enum sft_role {
  SFT_INPUT,     /* fed with every step; dims[0] is the global batch */
  SFT_PARAMETER, /* trained; global shape */
  SFT_LOSS,      /* scalar outputs */
  SFT_METRIC,
  SFT_PREDICTION, /* dims[0] is the global batch */
  SFT_GUARD       /* scalar; not finite: a step is not applied */
} sft_role;

typedef struct sft_tensor_info {
  const char *name;
  sft_role role;
  sft_type type;
  int sparse; /* a CSR input; dims are those of the dense matrix */
  size_t rank;
  const int64_t *dims;
} sft_tensor_info;
SFT_API size_t sft_plan_tensor_count(const sft_plan *plan);
/* Inputs, parameters, outputs, in this order. */
SFT_API const sft_tensor_info *sft_plan_tensor(const sft_plan *plan,
                                               size_t index);
/* NULL where there is none of that name. */
SFT_API const sft_tensor_info *sft_plan_find(const sft_plan *plan,
                                             const char *name);

/* This process's rank as the environment of mpirun or srun says it; 0 without a
 * launcher. Known before there is a session. */
SFT_API int sft_launch_rank(void);

/*===-- Sessions ----------------------------------------------------------===*/

typedef struct sft_session sft_session;

typedef enum sft_transport {
  SFT_TRANSPORT_AUTO,    /* mpi under mpirun or srun, else threads */
  SFT_TRANSPORT_THREADS, /* every rank is a thread of this process */
  SFT_TRANSPORT_MPI      /* this process is one rank */
} sft_transport;

typedef enum sft_on_nan {
  SFT_ON_NAN_ABORT, /* fail with SFT_NUMERIC; parameters untouched */
  SFT_ON_NAN_SKIP,  /* leave out the step's update, on all ranks */
  SFT_ON_NAN_WARN   /* warn and update */
} sft_on_nan;

/* Whether collectives that a plan has under way while it computes run on a
 * thread of their own. A program that calls MPI_Init itself has to ask for
 * MPI_THREAD_SERIALIZED, or to say no. */
typedef enum sft_comm_thread {
  SFT_COMM_THREAD_AUTO, /* where each rank of the host can have a core more */
  SFT_COMM_THREAD_YES,
  SFT_COMM_THREAD_NO
} sft_comm_thread;

typedef struct sft_session_options {
  size_t size;
  sft_transport transport;
  int threads;          /* a rank; default 1 */
  uint64_t seed;        /* of initial values, dropout, shuffling; default 0 */
  double learning_rate; /* NaN (default): the model's */
  sft_on_nan on_nan;
  double timeout; /* seconds without progress; default 300 */
  int trace;      /* record for sft_session_write_trace */
  /* Whether each rank communicates on a thread of its own while it computes,
   * where the plan has it so; the numbers are the same. */
  sft_comm_thread comm_thread;
} sft_session_options;
SFT_API void sft_session_options_init(sft_session_options *options);

/* Joins the job and prepares everything a step needs. `options` may be NULL.
 * SFT_CONFIG where the number of ranks or their plans differ. Collective.
 *
 * From now on a step that makes no progress within the timeout ends with
 * SFT_PEER_LOST on all ranks; where a rank hangs in a kernel, which nothing can
 * interrupt, the watchdog ends the *process* with status 75. SIGSEGV, SIGBUS,
 * SIGFPE and SIGILL, where they have no handler, report the instruction before
 * they end the process. */
SFT_API sft_error *sft_session_create(const sft_plan *plan,
                                      const sft_session_options *options,
                                      sft_session **session);
/* After a failure it also releases the peers' waits. */
SFT_API void sft_session_free(sft_session *session);

/* Whether rank 0 is in this process: the one to print and to have results. */
SFT_API int sft_session_is_main(const sft_session *session);
/* "threads" or "mpi". */
SFT_API const char *sft_session_transport_name(const sft_session *session);

/* Draws the initial parameters and clears the optimizer's state: how a session
 * begins, also where sft_session_load follows. Collective, as are all functions
 * below but for the ones that say otherwise. */
SFT_API sft_error *sft_session_initialize(sft_session *session);

/* Parameters from, or to, a safetensors file: global tensors under their names.
 * SFT_CONFIG where one is missing or of another shape; what else a file has is
 * ignored with a warning. */
SFT_API sft_error *sft_session_load(sft_session *session, const char *path);
SFT_API sft_error *sft_session_save(sft_session *session, const char *path);

/* One whole (global) parameter in C order; `bytes` must be exact. Reading gives
 * it to the main process only. */
SFT_API sft_error *sft_session_read_parameter(sft_session *session,
                                              const char *name, void *data,
                                              size_t bytes);
SFT_API sft_error *sft_session_write_parameter(sft_session *session,
                                               const char *name,
                                               const void *data, size_t bytes);

/* The *global* batch of an input, rows in C order and of the input's type; each
 * rank takes its part. A sparse input gives CSR arrays: row_offsets[batch + 1],
 * column_indices and data (values), row_offsets[batch] long. */
typedef struct sft_input {
  const char *name;
  const void *data;
  const int64_t *row_offsets;
  const int32_t *column_indices;
} sft_input;

typedef struct sft_step_result {
  double loss;
  int skipped; /* the guard held back the update (SFT_ON_NAN_SKIP) */
} sft_step_result;

/* Trains one step. Every input must be given. `result` may be NULL. An index
 * (of a class, of a table's row) that is out of range is SFT_DATA, here as
 * below, and leaves the session as it was. */
SFT_API sft_error *sft_session_step(sft_session *session,
                                    const sft_input *inputs, size_t count,
                                    sft_step_result *result);
/* Computes loss and metrics, or predictions, of a batch; changes nothing. A
 * prediction needs no labels. */
SFT_API sft_error *sft_session_evaluate(sft_session *session,
                                        const sft_input *inputs, size_t count);
SFT_API sft_error *sft_session_predict(sft_session *session,
                                       const sft_input *inputs, size_t count);
/* An output as the latest step, evaluation or prediction left it; `bytes` must
 * be exact. Not collective. */
SFT_API sft_error *sft_session_read_output(sft_session *session,
                                           const char *name, void *data,
                                           size_t bytes);

/*===-- Training from files -----------------------------------------------===*/

#define SFT_MAX_METRICS 8

/* A finished step or, with `is_epoch`, a finished epoch. */
typedef struct sft_progress {
  int is_epoch;
  int evaluated;    /* epoch: `values` are of the evaluation file */
  int skipped;      /* step: its update was held back */
  uint64_t step;    /* done so far */
  uint64_t epoch;   /* finished so far */
  uint64_t batches; /* of an epoch */
  double seconds;   /* that the step or epoch took */
  double mean_loss; /* epoch: of its steps */
  size_t count;
  const char *const *names; /* of the values; loss first */
  double values[SFT_MAX_METRICS];
} sft_progress;

typedef struct sft_train_options {
  size_t size;
  const char *data;       /* .npz .npy .safetensors .svm .csv .txt */
  const char *evaluation; /* evaluated after each epoch, or NULL */
  /* Limits over the whole run, what was resumed included; 0: none. With
   * neither, one epoch. */
  uint64_t epochs, steps;
  int shuffle;                 /* default 1 */
  const char *checkpoint;      /* directory, or NULL */
  uint64_t checkpoint_every;   /* steps; 0: at the end only */
  int checkpoint_errors_fatal; /* default: warn and go on */
  const char *resume;          /* directory or one of its step-N, or NULL */
  const char *metrics;         /* file for JSON lines, or NULL */
  /* Told of progress from a thread of its own, up to 20 times a second, in the
   * main process. */
  void (*on_progress)(void *user, const sft_progress *records, size_t count);
  void *user;
} sft_train_options;
SFT_API void sft_train_options_init(sft_train_options *options);

typedef struct sft_train_result {
  uint64_t step, epoch;
  uint64_t skipped; /* steps whose update was held back */
  int stopped;      /* by sft_session_request_stop; checkpointed if asked for */
  uint64_t trained; /* steps of this call */
  double loss;      /* of the last of these, if there was one */
  int evaluated;    /* `values` are those of the last evaluation */
  size_t count;
  const char *const *names; /* live as long as the session */
  double values[SFT_MAX_METRICS];
} sft_train_result;

/* Step t of an epoch takes rows [t*B, (t+1)*B) of the (shuffled) order; a last
 * batch that is not full is left out of training. Evaluation and prediction
 * cover every row. */
SFT_API sft_error *sft_session_train(sft_session *session,
                                     const sft_train_options *options,
                                     sft_train_result *result);

/* Means of loss and metrics over all rows of a file. */
SFT_API sft_error *sft_session_evaluate_file(sft_session *session,
                                             const char *data,
                                             sft_train_result *result);
/* Writes the predictions for all rows of a file as .npz. */
SFT_API sft_error *sft_session_predict_file(sft_session *session,
                                            const char *data, const char *npz);

/* Lets sft_session_train return after its step. Not collective; may be called
 * from any thread and from a signal handler. */
SFT_API void sft_session_request_stop(sft_session *session);

/* What this process's ranks did, as a Chrome trace. Not collective; with MPI
 * ".rankN" is put before the path's suffix. */
SFT_API sft_error *sft_session_write_trace(sft_session *session,
                                           const char *path);

#ifdef __cplusplus
}
#endif

#endif /* SFT_H */
