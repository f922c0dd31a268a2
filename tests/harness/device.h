// One own device: a toxtored with a data folder and a control socket of its own.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "harness/bootstrap.h"
#include "harness/process.h"
#include "harness/temp_folder.h"
#include "rpc/client.h"

namespace toxtore {

struct DeviceOptions {
  std::string device_name;  ///< also names its folder and logs: unique in a test
  std::string tox_name;     ///< what friends see; empty: none
  bool always_on = false;
};

class Device {
 public:
  /// Makes the profile, starts the daemon and waits until it is ready. Folder and bootstrap must outlive it.
  Device(const TempFolder& folder, const Bootstrap& bootstrap, DeviceOptions options);

  void start();
  /// A clean stop; throws unless the exit code is 0.
  void stop();
  /// kill -9.
  void kill();
  /// It stands still, and goes on. While it does it answers no call.
  void pause() { process_->pause(); }
  void resume() { process_->resume(); }
  void restart() {
    stop();
    start();
  }

  [[nodiscard]] const std::string& tox_id() const { return tox_id_; }
  [[nodiscard]] const std::string& key() const { return key_; }
  [[nodiscard]] const std::filesystem::path& socket() const { return socket_; }
  /// The folder of its profile and what lies in it. Its state file is elsewhere.
  [[nodiscard]] std::filesystem::path data_folder() const;

  /// A call that must succeed: its result. Throws with the daemon's words if it does not.
  nlohmann::json rpc(const std::string& method, const nlohmann::json& params = nlohmann::json::object());
  /// A call that must be refused: the error.
  Error refused(const std::string& method, const nlohmann::json& params);
  /// Calls until the result fits, and gives it. Throws, with the last result, when it does not in time.
  nlohmann::json wait_for(const std::string& what, const std::string& method, const nlohmann::json& params,
                          const std::function<bool(const nlohmann::json&)>& fits,
                          std::chrono::milliseconds patience = connection_patience);
  /// Another connection to the control socket.
  [[nodiscard]] RpcClient connect() const;

  // --- What tests ask again and again.

  /// How many events its log holds.
  std::uint64_t events();

  /// The whole conversation, over all pages, oldest first.
  nlohmann::json history(const std::string& friend_key);
  /// Waits until the conversation has so many messages, and gives it.
  nlohmann::json wait_for_history(const std::string& friend_key, std::size_t count);
  /// The message with this text; null if there is none. Throws if there are several.
  nlohmann::json message(const std::string& friend_key, const std::string& text);
  /// Waits until the message with this text is there and fits.
  nlohmann::json wait_for_message(const std::string& friend_key, const std::string& text,
                                  const std::function<bool(const nlohmann::json&)>& fits = {});
  void send(const std::string& friend_key, const std::string& text);
  /// The friend; null if the key is none.
  nlohmann::json friend_row(const std::string& friend_key);
  /// Waits until a friend request is there, and gives the first.
  nlohmann::json wait_for_request();
  /// Waits for the friend request of this key, accepts it, and gives its words.
  std::string accept_friend(const std::string& friend_key);
  /// Waits until this key, a friend's or a device's, is connected (or is not).
  void wait_connected(const std::string& peer_key, bool connected = true);

 private:
  [[nodiscard]] std::string connection_to(const std::string& peer_key);

  const TempFolder& folder_;
  const Bootstrap& bootstrap_;
  DeviceOptions options_;
  std::filesystem::path socket_;
  std::optional<Process> process_;
  std::optional<RpcClient> client_;
  std::string tox_id_;
  std::string key_;
};

/// Makes two devices of one user, by friend request, device.request and device.accept with the same code on both. The
/// first one asks. Returns when both list both and are connected.
void link(Device& asker, Device& asked);

/// Waits until the histories of both with this friend are equal in every field of every row, and gives the history.
/// Throws, with the difference, if they are not in time.
nlohmann::json wait_for_equal_histories(Device& a, Device& b, const std::string& friend_key);

}  // namespace toxtore
