// What the methods ask of the program that they run in, and the engine does not know.
#pragma once

#include <string>

#include "base/bytes.h"
#include "base/result.h"
#include "model/ids.h"

namespace toxtore {

class Host {
 public:
  Host() = default;
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;
  virtual ~Host() = default;

  /// The version of the program, such as "0.1.0".
  [[nodiscard]] virtual std::string version() const = 0;
  [[nodiscard]] virtual std::string profile_name() const = 0;
  /// Whether the database's key is wrapped by a passphrase.
  [[nodiscard]] virtual bool encrypted() const = 0;
  /// This device's Tox ID.
  [[nodiscard]] virtual ToxAddress address() const = 0;
  /// toxcore's savedata, in toxencryptsave's form if a passphrase is given (empty: none).
  [[nodiscard]] virtual Result<Bytes> export_profile(const std::string& passphrase) const = 0;
};

}  // namespace toxtore
