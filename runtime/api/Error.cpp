#include "runtime/api/Api.h"

#include "runtime/base/Log.h"

#include <algorithm>
#include <iterator>

using namespace sft::rt;

sft_error *sft::rt::toError(Status status) {
  if (status.ok()) {
    return nullptr;
  }
  std::string message = escaped(status.message());
  return new sft_error{std::move(status), std::move(message), nullptr};
}

const char *sft_version(void) { return SFT_VERSION; }

sft_code sft_error_code(const sft_error *error) {
  return error ? sft_code(error->status.code()) : SFT_OK;
}

int sft_error_id(const sft_error *error) {
  return error ? error->status.id() : 0;
}

const char *sft_error_message(const sft_error *error) {
  return error ? error->message.c_str() : "";
}

int sft_error_is_collective(const sft_error *error) {
  // Found by an agreement of all ranks, or from what all of them have.
  constexpr int kCollective[] = {303, 304, 311, 312, 314};
  return std::count(std::begin(kCollective), std::end(kCollective),
                    sft_error_id(error)) > 0;
}

void sft_error_free(sft_error *error) { delete error; }

void sft_set_log(sft_log_function log, void *user) {
  if (!log) {
    return setLogSink({});
  }
  setLogSink([=](LogLevel level, int id, const std::string &message) {
    log(user, sft_log_level(level), id, escaped(message).c_str());
  });
}
