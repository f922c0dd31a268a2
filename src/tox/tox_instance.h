// Making a toxcore instance: the options, and toxcore's error numbers in words.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/bytes.h"
#include "base/result.h"

struct Tox;

namespace toxtore {

enum class ProxyType : std::uint8_t { none, http, socks5 };

struct ToxOptions {
  /// Without UDP everything goes through TCP relays. Behind a proxy UDP is off in any case: toxcore would send it
  /// around the proxy.
  bool udp = true;
  bool ipv6 = true;
  /// UDP ports to try, both included; both 0: toxcore's own, 33445 to 33545.
  std::uint16_t start_port = 0;
  std::uint16_t end_port = 0;
  /// Port on which this instance relays TCP for others; 0: none.
  std::uint16_t tcp_relay_port = 0;
  /// Finds Tox instances on the local network by broadcast. Off behind a proxy.
  bool local_discovery = true;
  ProxyType proxy = ProxyType::none;
  std::string proxy_host;
  std::uint16_t proxy_port = 0;
  /// What to go on from, plain (profile_file.h); none: a new Tox ID.
  std::optional<Bytes> savedata;

  /// For reading a profile, or making one: an instance that opens no socket as long as it is not iterated.
  static ToxOptions offline(std::optional<Bytes> savedata = std::nullopt);
};

struct ToxDeleter {
  void operator()(Tox* tox) const;
};
using ToxInstance = std::unique_ptr<Tox, ToxDeleter>;

/// Errors: io (a port is taken, or the proxy's name is unknown), invalid_argument (proxy), wrong_passphrase (protected
/// savedata), foreign_file and malformed (savedata), internal (no memory).
Result<ToxInstance> make_tox(const ToxOptions& options);

}  // namespace toxtore
