//===- Status.h - Errors as values ------------------------------*- C++ -*-===//
//
// One error type through the whole runtime. No exceptions cross the C API and
// nothing calls exit(): a Status travels to the caller, who adds context.
//
//===----------------------------------------------------------------------===//
#pragma once

#include <cassert>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace sft::rt {

/// What a launcher must know, as exit status (sysexits.h and two of our own).
enum class Code : int {
  Ok = 0,
  Usage = 64,        ///< bad flags or environment
  Data = 65,         ///< malformed or corrupt input
  NoInput = 66,      ///< missing or unreadable input
  Unavailable = 69,  ///< a device or library is missing
  Internal = 70,     ///< our own check failed: report it
  Resources = 71,    ///< memory, descriptors, threads
  CannotCreate = 73, ///< an output cannot be created or is locked
  Io = 74,           ///< input/output failed while running
  PeerLost = 75,     ///< a rank was lost or a deadline passed: retry
  Config = 78,       ///< plan and job do not fit
  Numeric = 80,      ///< NaN or Inf
};

/// Ok, or a code, a stable number (printed as SFT0412, listed in
/// runtime/base/README.md) and a message that names the thing, the place and
/// the way out. Cheap to move; Ok does not allocate.
class [[nodiscard]] Status {
public:
  Status() = default;
  static Status error(Code code, int id, std::string message);

  bool ok() const { return !rep; }
  explicit operator bool() const { return ok(); }
  Code code() const { return rep ? rep->code : Code::Ok; }
  int id() const { return rep ? rep->id : 0; }
  const std::string &message() const;

  /// The same error with "context: " before the message.
  Status withContext(const std::string &context) &&;
  /// "error[SFT0412] message"; control characters are escaped.
  std::string toString() const;

private:
  struct Rep {
    Code code;
    int id;
    std::string message;
  };
  std::unique_ptr<Rep> rep;
};

/// A value or the reason why there is none.
template <typename T> class [[nodiscard]] Expected {
public:
  Expected(T value) : value_(std::move(value)) {}
  Expected(Status status) : status_(std::move(status)) {
    assert(!status_.ok() && "Expected without a value needs an error");
  }
  bool ok() const { return value_.has_value(); }
  explicit operator bool() const { return ok(); }
  T &operator*() { return *value_; }
  const T &operator*() const { return *value_; }
  T *operator->() { return &*value_; }
  const T *operator->() const { return &*value_; }
  Status takeError() { return std::move(status_); }
  const Status &status() const { return status_; }

private:
  std::optional<T> value_;
  Status status_;
};

/// printf into a std::string.
std::string format(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/// Control characters and ANSI escapes become \xNN.
std::string escaped(const std::string &text);

} // namespace sft::rt

#define SFT_RETURN_IF_ERROR(expr)                                              \
  do {                                                                         \
    if (::sft::rt::Status sftStatus = (expr); !sftStatus.ok()) {               \
      return sftStatus;                                                        \
    }                                                                          \
  } while (0)

#define SFT_CONCAT_(a, b) a##b
#define SFT_CONCAT(a, b) SFT_CONCAT_(a, b)
#define SFT_ASSIGN_OR_RETURN(decl, expr)                                       \
  auto SFT_CONCAT(sftExpected, __LINE__) = (expr);                             \
  if (!SFT_CONCAT(sftExpected, __LINE__).ok()) {                               \
    return SFT_CONCAT(sftExpected, __LINE__).takeError();                      \
  }                                                                            \
  decl = std::move(*SFT_CONCAT(sftExpected, __LINE__))
