//===- cpu/CpuContract.h - Matrix products by oneDNN ------------*- C++ -*-===//
//
// oneDNN throws; here is the border at which its exceptions become a Status.
// Which of its routines does a product, and how fast: Routine.h. A 16x13x64
// product takes 0.55 us, so own kernels for small shapes would not pay.
//
//===----------------------------------------------------------------------===//
#pragma once

#include "runtime/device/Device.h"

namespace sft::rt {

/// The library's per-rank state; used by one thread.
class CpuContracts {
public:
  CpuContracts();
  ~CpuContracts();

  /// Config (78, SFT0605) where oneDNN has no such product.
  Expected<std::unique_ptr<PreparedContract>> prepare(const ContractDesc &desc);

private:
  struct Impl;
  std::unique_ptr<Impl> impl;
};

} // namespace sft::rt
