#include "runtime/device/cpu/CpuModule.h"

#include <cerrno>
#include <cstring>
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

namespace sft::rt {
namespace {

class CpuModule final : public Module {
public:
  explicit CpuModule(void *handle) : handle(handle) {}
  ~CpuModule() override { dlclose(handle); }

  Expected<KernelFunction> lookup(const std::string &symbol) const override {
    void *address = dlsym(handle, symbol.c_str());
    if (!address) {
      return Status::error(Code::Data, 604,
                           "the plan's code has no kernel \"" + symbol + "\"");
    }
    return reinterpret_cast<KernelFunction>(address);
  }

private:
  void *handle;
};

/// Closes the descriptor at the end of the scope.
struct Descriptor {
  int fd;
  ~Descriptor() {
    if (fd >= 0) {
      close(fd);
    }
  }
};

bool writeAll(int fd, std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno != EINTR) {
      return false;
    }
    bytes = bytes.subspan(size_t(std::max<ssize_t>(written, 0)));
  }
  return true;
}

Status systemError(const char *what) {
  return Status::error(
      Code::Resources, 602,
      format("cannot map the plan's code: %s: %s", what, strerror(errno)));
}

} // namespace

Expected<std::shared_ptr<Module>>
loadCpuModule(std::span<const std::byte> blob) {
  Descriptor file{memfd_create("sft-kernels", MFD_CLOEXEC | MFD_ALLOW_SEALING)};
  if (file.fd < 0) {
    return systemError("memfd_create");
  }
  if (!writeAll(file.fd, blob)) {
    return systemError("write");
  }
  int seals = F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL;
  if (fcntl(file.fd, F_ADD_SEALS, seals) != 0) {
    return systemError("F_ADD_SEALS");
  }
  std::string path = format("/proc/self/fd/%d", file.fd);
  void *handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!handle) {
    return Status::error(
        Code::Data, 603,
        format("the plan's code cannot be linked: %s", dlerror()));
  }
  return std::shared_ptr<Module>(std::make_shared<CpuModule>(handle));
}

} // namespace sft::rt
