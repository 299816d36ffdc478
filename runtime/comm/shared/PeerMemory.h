//===- PeerMemory.h - Buffers of peers within reach -------------*- C++ -*-===//
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace sft::rt {

/// Translates addresses between the ranks of a host. A rank names a buffer by
/// its own address of it; a peer finds it where it has mapped the same pages.
class PeerMemory {
public:
  /// Ranks that are threads of one process: every address is everyone's.
  static PeerMemory oneProcess() {
    PeerMemory memory;
    memory.identity = true;
    return memory;
  }
  /// Ranks `0 .. peers-1` of a host, this one being `self`.
  PeerMemory(int peers, int self) : self(self), windows(size_t(peers)) {}

  /// `bytes` at `theirs` in the peer's process are at `mine` in this one.
  void add(int peer, uint64_t theirs, size_t bytes, std::byte *mine) {
    windows[size_t(peer)].push_back({theirs, bytes, mine});
  }
  /// The name under which peers find own memory; 0 if they cannot.
  uint64_t publish(const void *own, size_t bytes) const {
    auto address = reinterpret_cast<uint64_t>(own);
    return identity || find(self, address, bytes) != nullptr ? address : 0;
  }
  /// What `peer` published; null if that is not within reach.
  std::byte *resolve(int peer, uint64_t address) const {
    // NOLINTNEXTLINE(performance-no-int-to-ptr): what it is for
    return identity ? reinterpret_cast<std::byte *>(address)
                    : find(peer, address, 0);
  }

private:
  struct Window {
    uint64_t theirs;
    size_t bytes;
    std::byte *mine;
  };
  PeerMemory() = default;

  std::byte *find(int peer, uint64_t address, size_t bytes) const {
    for (const Window &window : windows[size_t(peer)]) {
      uint64_t offset = address - window.theirs;
      if (offset < window.bytes && bytes <= window.bytes - offset) {
        return window.mine + offset;
      }
    }
    return nullptr;
  }

  bool identity = false;
  int self = 0;
  std::vector<std::vector<Window>> windows; ///< by peer
};

} // namespace sft::rt
