// For the tests here: one device on a store in memory, spoken to by lines as over the socket.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "base/hash.h"
#include "base/test_random.h"
#include "engine/engine.h"
#include "rpc/dispatcher.h"
#include "store/memory_store.h"
#include "wire/roster_statement.h"

namespace toxtore {

/// A Tox ID whose key is the byte 32 times.
inline ToxAddress test_address(std::uint8_t byte) {
  Bytes bytes(ToxAddress::size, byte);
  bytes[36] = bytes[37] = 0;
  for (std::size_t i = 0; i < 36; ++i) bytes[36 + i % 2] ^= bytes[i];
  return ToxAddress::from_bytes(bytes).value();
}
inline PublicKey test_key(std::uint8_t byte) { return test_address(byte).key(); }

class TestProfile final : public Host {
 public:
  TestProfile() { start(); }

  // --- Host
  [[nodiscard]] std::string version() const override { return "1.2.3"; }
  [[nodiscard]] std::string profile_name() const override { return "test"; }
  [[nodiscard]] bool encrypted() const override { return true; }
  [[nodiscard]] ToxAddress address() const override { return test_address(0xAA); }
  [[nodiscard]] Result<Bytes> export_profile(const std::string& passphrase) const override {
    return to_bytes(passphrase.empty() ? "plain" : "protected by " + passphrase);
  }

  Result<void> start_backup(BackupRequest request) override {
    backup = std::move(request);
    return {};
  }
  [[nodiscard]] bool backup_running() override { return backup && !backed_up; }
  [[nodiscard]] std::optional<Result<void>> backup_report() override { return backed_up; }
  Result<void> start_examination(std::uint64_t /*wall_ms*/) override { return {}; }
  [[nodiscard]] bool examination_running() override { return !examined; }
  [[nodiscard]] std::optional<Result<std::vector<Finding>>> examination_report() override { return examined; }
  Result<ProfilePlace> erase_profile() override {
    erased = true;
    return ProfilePlace{"/data/test", "/state/test.last", {}};
  }
  bool erased = false;
  std::optional<Result<std::vector<Finding>>> examined;
  std::optional<BackupRequest> backup;
  std::optional<Result<void>> backed_up;

  // --- What happens to the device

  void add_friend(std::uint8_t byte, const std::string& name) {
    give(input::FriendRequest{test_key(byte), to_bytes("hello")});
    must(engine->accept_friend(test_key(byte), now));
    give(input::PeerConnection{test_key(byte), Connection::udp});
    if (!name.empty()) give(input::PeerName{test_key(byte), to_bytes(name)});
  }
  void receive(std::uint8_t from, const std::string& text) {
    give(input::Message{test_key(from), MessageKind::normal, to_bytes(text)});
  }
  void give(const Input& input) {
    ++now.wall_ms;
    ++now.mono_ms;
    engine->handle(input, now);
    engine->finish_turn(now);
    engine->take_outputs();
  }

  /// This device has linked another one, whose key is the byte 32 times. It starts anew.
  void add_device(std::uint8_t byte, const std::string& name) {
    remember_statement(DeviceAdd{test_key(byte), address().key(), now.wall_ms, name, {}});
    start();
  }
  /// It logged so many events behind its cut, and they came here.
  void put_aside(std::uint8_t byte, std::uint32_t count) {
    const LogId log{test_key(byte), 0};
    must(store->transact([&]() -> Result<void> {
      for (std::uint32_t number = 1; number <= count; ++number)
        store->append({Dot::of(log, number), now.wall_ms, 200, to_bytes("of a later version")}, {});
      store->put_aside(log, 1);
      return {};
    }));
    remember_statement(DeviceRemoval{test_key(byte), address().key(), now.wall_ms, {}, {}});
    start();
  }

  // --- Lines

  std::optional<std::string> line(const std::string& request) { return dispatcher->answer(request, session, now); }
  /// The whole answer object.
  nlohmann::json answer(const std::string& request) { return nlohmann::json::parse(line(request).value()); }
  nlohmann::json request(const std::string& method, const nlohmann::json& params = nlohmann::json::object()) {
    return answer(nlohmann::json{{"jsonrpc", "2.0"}, {"id", 7}, {"method", method}, {"params", params}}.dump());
  }
  nlohmann::json result(const std::string& method, const nlohmann::json& params = nlohmann::json::object()) {
    auto answered = request(method, params);
    if (!answered.contains("result")) throw std::runtime_error(answered.dump());
    return answered["result"];
  }
  nlohmann::json error(const std::string& method, const nlohmann::json& params = nlohmann::json::object()) {
    auto answered = request(method, params);
    if (!answered.contains("error")) throw std::runtime_error(answered.dump());
    return answered["error"];
  }

  std::unique_ptr<Store> store = make_memory_store();
  CountingRandom random;
  Instant now{1'700'000'000'000, 1'000};
  std::unique_ptr<Engine> engine;
  std::unique_ptr<Dispatcher> dispatcher;
  Session session;

 private:
  void start() {
    dispatcher.reset();
    engine.reset();
    EngineConfig config;
    config.address = address();
    config.device_name = "laptop";
    engine = std::move(*Engine::start(std::move(config), *store, random, now));
    dispatcher = std::make_unique<Dispatcher>(*engine, *this);
  }
  /// As the engine keeps them.
  void remember_statement(const Statement& statement) {
    const Bytes bytes = encode_statement(statement);
    must(store->transact([&]() -> Result<void> {
      store->remember("roster/" + to_hex(hash_of({bytes})), bytes);
      return {};
    }));
  }
  static void must(const Result<void>& result) {
    if (!result) throw std::runtime_error(result.error().message);
  }
};

}  // namespace toxtore
