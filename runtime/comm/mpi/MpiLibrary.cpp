#include "runtime/comm/mpi/MpiLibrary.h"

#include "runtime/comm/Errors.h"

#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <vector>

namespace sft::rt {

namespace {

constexpr char install[] =
    "install Open MPI 4 or 5 (Debian: openmpi-bin libopenmpi3) or set "
    "SFT_MPI_LIBRARY to its libmpi.so";

std::vector<const char *> candidates() {
  if (const char *chosen = getenv("SFT_MPI_LIBRARY")) {
    return {chosen};
  }
  return {"libmpi.so.40", "libmpi.so"};
}

Expected<void *> openAny() {
  std::string reasons;
  for (const char *name : candidates()) {
    // Open MPI's own plugins look for its symbols globally.
    if (void *handle = dlopen(name, RTLD_NOW | RTLD_GLOBAL)) {
      return handle;
    }
    reasons += std::string(dlerror()) + "; ";
  }
  return Status::error(Code::Unavailable, MpiMissing,
                       "cannot open libmpi: " + reasons + install);
}

/// Other makes have other handles: the version comes before anything else.
Status checkVersion(const MpiLibrary &mpi) {
  char version[MPI_MAX_LIBRARY_VERSION_STRING] = "";
  int length = 0;
  if (mpi.Get_library_version != nullptr) {
    mpi.Get_library_version(version, &length);
  }
  if (strncmp(version, "Open MPI v4.", 12) == 0 ||
      strncmp(version, "Open MPI v5.", 12) == 0) {
    return {};
  }
  std::string found(version, strcspn(version, ",\n"));
  return Status::error(
      Code::Unavailable, MpiUnknown,
      format("this libmpi is not one that SFT knows (\"%s\"); %s",
             found.c_str(), install));
}

} // namespace

Expected<MpiLibrary> MpiLibrary::open() {
  SFT_ASSIGN_OR_RETURN(void *handle, openAny());
  MpiLibrary mpi;
  std::string missing;
  auto find = [&](auto &symbol, const char *name) {
    symbol =
        reinterpret_cast<std::decay_t<decltype(symbol)>>(dlsym(handle, name));
    missing += symbol == nullptr ? std::string(" ") + name : "";
  };
  find(mpi.Get_library_version, "MPI_Get_library_version");
  SFT_RETURN_IF_ERROR(checkVersion(mpi));
#define SFT_MPI_FIND(name) find(mpi.name, "MPI_" #name);
  SFT_MPI_FUNCTIONS(SFT_MPI_FIND)
#undef SFT_MPI_FIND
  find(mpi.world, "ompi_mpi_comm_world");
  find(mpi.byte, "ompi_mpi_byte");
  find(mpi.errorsReturn, "ompi_mpi_errors_return");
  if (!missing.empty()) {
    return Status::error(Code::Unavailable, MpiUnknown,
                         "this libmpi lacks" + missing + "; " + install);
  }
  return mpi;
}

Status MpiLibrary::check(int code, const char *call) const {
  if (code == MPI_SUCCESS) {
    return {};
  }
  char text[MPI_MAX_ERROR_STRING] = "";
  int length = 0;
  Error_string(code, text, &length);
  return Status::error(Code::PeerLost, MpiFailed,
                       format("%s failed: %s", call, text));
}

} // namespace sft::rt
