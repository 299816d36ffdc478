//===- Device.h - Where instructions execute --------------------*- C++ -*-===//
//
// Prepare once, execute many times: load*, prepare* may allocate and fail;
// everything that a step calls does neither. (oneDNN's sgemm takes room for its
// panels from malloc at each call; where that fails, so does execute().)
//
//===----------------------------------------------------------------------===//
#pragma once

#include "runtime/base/Status.h"
#include "runtime/comm/Communicator.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace sft::fb {
struct Contract;
}

namespace sft::rt {

/// The ABI of a generated kernel: runs iterations [begin, end) of its
/// outermost loop; args[i] points at the i-th buffer.
using KernelFunction = void (*)(void *const *args, int64_t begin, int64_t end);

/// Machine code of a plan, mapped into the process; one per process, shared by
/// its ranks.
class Module {
public:
  virtual ~Module() = default;
  virtual Expected<KernelFunction> lookup(const std::string &symbol) const = 0;
};

/// A contraction with everything chosen: library primitive, pointers, layout.
class PreparedContract {
public:
  virtual ~PreparedContract() = default;
  /// False where the library failed (out of memory): the run must end.
  virtual bool execute() = 0;
};

/// One matrix operand: address of element 0, dims (batch.., rows, columns) and
/// strides in elements.
struct MatrixView {
  void *data = nullptr;
  DataType type = DataType::F32;
  std::span<const int64_t> dims;
  std::span<const int64_t> strides;
};

enum class Activation : uint8_t {
  None,
  Relu,
  Tanh,
  Sigmoid,
  GeluTanh,
  GeluErf,
  Silu
};

/// out = activation(alpha * lhs x rhs + beta * out + bias).
struct ContractDesc {
  MatrixView lhs, rhs, out, bias; ///< bias.data is null where there is none
  Activation activation = Activation::None;
  float alpha = 1.0f;
  float beta = 0.0f;
};

/// A rank's processor. Streams are numbered from 0 (compute); the CPU device
/// executes what each thread gives it, at once and in order.
class Device {
public:
  virtual ~Device() = default;
  virtual const char *name() const = 0;

  /// `blob` is the content of a shared object (CPU) or PTX/cubin (CUDA).
  /// Config (78) where it needs a chip that this machine is not.
  virtual Expected<std::shared_ptr<Module>>
  loadModule(std::span<const std::byte> blob, const std::string &chip,
             std::span<const std::string> features) = 0;

  virtual Expected<std::unique_ptr<PreparedContract>>
  prepareContract(const ContractDesc &desc) = 0;

  /// Cuts [0, extent) among the rank's threads where `parallel`.
  virtual void launch(KernelFunction kernel, void *const *args, int64_t extent,
                      bool parallel) = 0;
  virtual void copy(const void *from, void *to, size_t bytes) = 0;
  virtual void fill(void *to, size_t bytes, uint64_t pattern,
                    unsigned patternBytes) = 0;
  virtual void record(uint32_t event, uint32_t stream) = 0;
  virtual void wait(uint32_t event, uint32_t stream) = 0;
};

/// A CPU device whose kernels and contractions use `threads` threads. To be
/// made by the thread that runs the rank: it sets that thread's OpenMP width.
std::unique_ptr<Device> makeCpuDevice(int threads);

} // namespace sft::rt
