#include "tox/tox_instance.h"

#include <tox/tox.h>

#include <utility>

#include "tox/profile_file.h"

namespace toxtore {

namespace {

/// toxcore's own range of UDP ports (tox.h, start_port).
constexpr std::uint16_t default_start_port = 33445;
constexpr std::uint16_t default_end_port = 33545;

struct OptionsDeleter {
  void operator()(Tox_Options* options) const { tox_options_free(options); }
};
using OptionsHandle = std::unique_ptr<Tox_Options, OptionsDeleter>;

Tox_Proxy_Type proxy_type(ProxyType type) {
  switch (type) {
    case ProxyType::none: return TOX_PROXY_TYPE_NONE;
    case ProxyType::http: return TOX_PROXY_TYPE_HTTP;
    case ProxyType::socks5: return TOX_PROXY_TYPE_SOCKS5;
  }
  return TOX_PROXY_TYPE_NONE;
}

/// The handle borrows the proxy's host and the savedata from `options`.
OptionsHandle translate(const ToxOptions& options) {
  OptionsHandle handle(tox_options_new(nullptr));
  if (!handle) return handle;
  const bool direct = options.proxy == ProxyType::none;
  tox_options_set_udp_enabled(handle.get(), options.udp && direct);
  tox_options_set_ipv6_enabled(handle.get(), options.ipv6);
  tox_options_set_local_discovery_enabled(handle.get(), options.local_discovery && direct);
  tox_options_set_start_port(handle.get(), options.start_port);
  tox_options_set_end_port(handle.get(), options.end_port);
  tox_options_set_tcp_port(handle.get(), options.tcp_relay_port);
  tox_options_set_proxy_type(handle.get(), proxy_type(options.proxy));
  if (!direct) {
    tox_options_set_proxy_host(handle.get(), options.proxy_host.c_str());
    tox_options_set_proxy_port(handle.get(), options.proxy_port);
  }
  if (options.savedata) {
    tox_options_set_savedata_type(handle.get(), TOX_SAVEDATA_TYPE_TOX_SAVE);
    tox_options_set_savedata_data(handle.get(), options.savedata->data(), options.savedata->size());
  }
  return handle;
}

std::string ports_of(const ToxOptions& options) {
  const bool own_range = options.start_port != 0 || options.end_port != 0;
  const auto first = own_range ? options.start_port : default_start_port;
  const auto last = own_range ? options.end_port : default_end_port;
  std::string ports = "UDP " + std::to_string(first) + " to " + std::to_string(last);
  if (options.tcp_relay_port != 0) ports += ", TCP " + std::to_string(options.tcp_relay_port);
  return ports;
}

Error in_words(Tox_Err_New error, const ToxOptions& options) {
  const std::string proxy = "The proxy \"" + options.proxy_host + "\", port " + std::to_string(options.proxy_port);
  switch (error) {
    case TOX_ERR_NEW_PORT_ALLOC:
      return {ErrorKind::io,
              "No free port for Tox (" + ports_of(options) + "); stop the program that uses it or choose other ports."};
    case TOX_ERR_NEW_PROXY_BAD_TYPE:
    case TOX_ERR_NEW_PROXY_BAD_HOST:
      return {ErrorKind::invalid_argument, proxy + ", is not usable: give a host name or address."};
    case TOX_ERR_NEW_PROXY_BAD_PORT:
      return {ErrorKind::invalid_argument, proxy + ", is not usable: give a port from 1 to 65535."};
    case TOX_ERR_NEW_PROXY_NOT_FOUND:
      return {ErrorKind::io, proxy + ", was not found; check its name and the connection."};
    case TOX_ERR_NEW_LOAD_ENCRYPTED:
      return {ErrorKind::wrong_passphrase, "The Tox profile is protected; give the passphrase that opens it."};
    case TOX_ERR_NEW_LOAD_BAD_FORMAT:
      return {ErrorKind::malformed, "The Tox profile is cut off or damaged; use another copy of it."};
    case TOX_ERR_NEW_MALLOC: return {ErrorKind::internal, "toxcore could not start: out of memory."};
    default: return {ErrorKind::internal, "toxcore could not start: error " + std::to_string(error) + "."};
  }
}

Result<void> check_options(const ToxOptions& options) {
  // toxcore would connect to port 0, or cut the host at the first zero byte.
  if (options.proxy != ProxyType::none) {
    if (options.proxy_port == 0) return fail(in_words(TOX_ERR_NEW_PROXY_BAD_PORT, options));
    const bool printable = options.proxy_host.find('\0') == std::string::npos;
    if (options.proxy_host.empty() || options.proxy_host.size() >= TOX_MAX_HOSTNAME_LENGTH || !printable) {
      return fail(in_words(TOX_ERR_NEW_PROXY_BAD_HOST, options));
    }
  }
  if (!options.savedata) return {};
  if (is_protected_profile(*options.savedata)) return fail(in_words(TOX_ERR_NEW_LOAD_ENCRYPTED, options));
  return check_savedata(*options.savedata);
}

}  // namespace

ToxOptions ToxOptions::offline(std::optional<Bytes> savedata) {
  ToxOptions options;
  options.udp = false;
  options.local_discovery = false;
  options.savedata = std::move(savedata);
  return options;
}

void ToxDeleter::operator()(Tox* tox) const { tox_kill(tox); }

Result<ToxInstance> make_tox(const ToxOptions& options) {
  if (auto checked = check_options(options); !checked) return fail(checked.error());
  const OptionsHandle handle = translate(options);
  Tox_Err_New error = handle ? TOX_ERR_NEW_OK : TOX_ERR_NEW_MALLOC;
  // On damaged savedata toxcore gives an instance and an error: whatever it made of it is not the user's Tox ID.
  ToxInstance tox(handle ? tox_new(handle.get(), &error) : nullptr);
  if (!tox || error != TOX_ERR_NEW_OK) return fail(in_words(error, options));
  return tox;
}

}  // namespace toxtore
