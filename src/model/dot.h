// Dots: the names of events, and the logs that they belong to (DESIGN 4).
#pragma once

#include <compare>
#include <cstdint>

#include "model/ids.h"

namespace toxtore {

/// One log: the events of one device in one incarnation. Incarnation 0 is the normal life of a device.
struct LogId {
  PublicKey device;
  std::uint32_t incarnation = 0;

  auto operator<=>(const LogId&) const = default;
};

/// The name of one event: the device that logged it, and its sequence number. The high 32 bits of `seq` are the
/// incarnation, the low 32 bits the number within that log, counted from 1 without gaps.
struct Dot {
  PublicKey device;
  std::uint64_t seq = 0;

  auto operator<=>(const Dot&) const = default;
  [[nodiscard]] LogId log() const { return {device, static_cast<std::uint32_t>(seq >> 32)}; }
  [[nodiscard]] std::uint32_t number() const { return static_cast<std::uint32_t>(seq); }

  static Dot of(const LogId& log, std::uint32_t number) {
    return {log.device, (static_cast<std::uint64_t>(log.incarnation) << 32) | number};
  }
};

/// A log's number that no event can have. In a `fetch` it means "and what comes after, as it comes", and so a log
/// ends one before it.
inline constexpr std::uint32_t open_end = 0xFFFFFFFF;

}  // namespace toxtore
