#include "runtime/device/cpu/CpuContract.h"
#include "runtime/device/cpu/CpuFeatures.h"
#include "runtime/device/cpu/CpuModule.h"
#include "runtime/device/cpu/OpenMp.h"

#include <algorithm>
#include <cstring>

namespace sft::rt {
namespace {

/// A launch on its way through an OpenMP region.
struct Share {
  KernelFunction kernel;
  void *const *args;
  int64_t extent;
  int64_t threads;
};

void runShare(void *data) {
  const Share &share = *static_cast<const Share *>(data);
  int64_t thread = omp_get_thread_num();
  int64_t begin = share.extent * thread / share.threads;
  int64_t end = share.extent * (thread + 1) / share.threads;
  if (begin < end) {
    share.kernel(share.args, begin, end);
  }
}

template <typename Word> void fillAs(void *to, size_t bytes, uint64_t pattern) {
  std::fill_n(static_cast<Word *>(to), bytes / sizeof(Word), Word(pattern));
}

class CpuDevice final : public Device {
public:
  explicit CpuDevice(int threads) : threads(threads) {
    omp_set_num_threads(threads);
  }

  const char *name() const override { return "cpu"; }

  Expected<std::shared_ptr<Module>>
  loadModule(std::span<const std::byte> blob, const std::string &chip,
             std::span<const std::string> features) override {
    SFT_RETURN_IF_ERROR(checkCpuFeatures(chip, features));
    return loadCpuModule(blob);
  }

  Expected<std::unique_ptr<PreparedContract>>
  prepareContract(const ContractDesc &desc) override {
    return contracts.prepare(desc);
  }

  void launch(KernelFunction kernel, void *const *args, int64_t extent,
              bool parallel) override {
    if (!parallel || threads == 1 || extent < 2) {
      return kernel(args, 0, extent);
    }
    Share share{kernel, args, extent, std::min<int64_t>(threads, extent)};
    GOMP_parallel(runShare, &share, unsigned(share.threads), 0);
  }

  void copy(const void *from, void *to, size_t bytes) override {
    std::memmove(to, from, bytes);
  }

  void fill(void *to, size_t bytes, uint64_t pattern,
            unsigned patternBytes) override {
    switch (patternBytes) {
    case 1:
      return fillAs<uint8_t>(to, bytes, pattern);
    case 2:
      return fillAs<uint16_t>(to, bytes, pattern);
    case 4:
      return fillAs<uint32_t>(to, bytes, pattern);
    default:
      return fillAs<uint64_t>(to, bytes, pattern);
    }
  }

  // One thread runs all streams in program order, or the executor has an
  // EventBoard: every event has passed already.
  void record(uint32_t, uint32_t) override {}
  void wait(uint32_t, uint32_t) override {}

private:
  int64_t threads;
  CpuContracts contracts;
};

} // namespace

std::unique_ptr<Device> makeCpuDevice(int threads) {
  return std::make_unique<CpuDevice>(threads);
}

} // namespace sft::rt
