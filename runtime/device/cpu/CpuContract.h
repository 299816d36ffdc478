//===- cpu/CpuContract.h - Matrix products by oneDNN ------------*- C++ -*-===//
//
// oneDNN throws; here is the border at which its exceptions become a Status.
// Measured on one Zen 4 core (test/Bench/Contract.cpp): a 16x13x64 product
// takes 0.55 us and large ones run at 90 to 97 % of the peak, transposed or
// not, so neither own kernels for small shapes nor packed weights (which change
// every step) would pay.
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
