// What the test tools share: toxcore in RAII, hexadecimal, options of the form `--name value`.
#pragma once

#include <tox/tox.h>
#include <unistd.h>

#include <charconv>
#include <csignal>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace plain {

struct ToxDeleter {
  void operator()(Tox* tox) const { tox_kill(tox); }
};
using ToxHandle = std::unique_ptr<Tox, ToxDeleter>;

struct OptionsDeleter {
  void operator()(Tox_Options* options) const { tox_options_free(options); }
};
using OptionsHandle = std::unique_ptr<Tox_Options, OptionsDeleter>;

/// For one machine: IPv4 only, and not found by other instances on the local network.
inline OptionsHandle local_options() {
  OptionsHandle options(tox_options_new(nullptr));
  tox_options_set_ipv6_enabled(options.get(), false);
  tox_options_set_local_discovery_enabled(options.get(), false);
  return options;
}

inline std::string to_hex(const std::uint8_t* bytes, std::size_t size) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string hex;
  for (std::size_t i = 0; i < size; ++i) {
    hex += digits[bytes[i] >> 4];
    hex += digits[bytes[i] & 15];
  }
  return hex;
}

template <class T>
std::optional<T> number_from(std::string_view text, int base = 10) {
  T value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

/// Nothing unless it is exactly `size` bytes.
inline std::optional<std::vector<std::uint8_t>> from_hex(std::string_view hex, std::size_t size) {
  if (hex.size() != 2 * size) return std::nullopt;
  std::vector<std::uint8_t> bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    const auto byte = number_from<std::uint8_t>(hex.substr(i, 2), 16);
    if (!byte) return std::nullopt;
    bytes.push_back(*byte);
  }
  return bytes;
}

/// A loop ends when this is set, by SIGTERM or SIGINT.
inline volatile std::sig_atomic_t stop_asked = 0;

inline void stop_on_signals() {
  struct sigaction action = {};
  action.sa_handler = [](int) { stop_asked = 1; };
  sigaction(SIGTERM, &action, nullptr);
  sigaction(SIGINT, &action, nullptr);
}

}  // namespace plain
