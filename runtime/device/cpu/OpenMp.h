//===- cpu/OpenMp.h - The two OpenMP verbs that we need ---------*- C++ -*-===//
//
// oneDNN brings GNU OpenMP. Generated kernels run on the same threads, so that
// a rank never has two pools. clang cannot compile pragmas for libgomp, so its
// stable ABI is called directly.
//
//===----------------------------------------------------------------------===//
#pragma once

extern "C" {
/// Width of the calling thread's later parallel regions.
void omp_set_num_threads(int threads);
int omp_get_thread_num(void);
/// Runs body(data) on `threads` threads, the caller among them, and waits.
void GOMP_parallel(void (*body)(void *), void *data, unsigned threads,
                   unsigned flags);
}
