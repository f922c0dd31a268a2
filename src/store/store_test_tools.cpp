#include "store/store_test_tools.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

namespace toxtore {
namespace {

std::filesystem::path place_in_memory() {
  const std::filesystem::path memory = "/dev/shm";
  return ::access(memory.c_str(), W_OK) == 0 ? memory : std::filesystem::temp_directory_path();
}

}  // namespace

TemporaryFolder::TemporaryFolder() : TestFolder(place_in_memory()) {}

PublicKey sample_key(std::uint8_t value) {
  PublicKey key;
  key.bytes.fill(value);
  return key;
}

DatabaseKey sample_database_key(std::uint8_t first) {
  CountingRandom random(first);
  return DatabaseKey(random);
}

Event sample_event(const Dot& dot, std::uint64_t timestamp_ms, std::string_view body) {
  return {.dot = dot, .timestamp_ms = timestamp_ms, .type = 30, .body = to_bytes(body)};
}

MessageRow sample_message(const Dot& id, std::string_view text, std::uint64_t timestamp_ms) {
  MessageRow row;
  row.id = id;
  row.conversation = sample_key(9);
  row.text = to_bytes(text);
  row.timestamp_ms = timestamp_ms;
  row.shown_ms = timestamp_ms;
  return row;
}

RequestRow sample_request(const Dot& id, std::uint64_t timestamp_ms) {
  return {.id = id,
          .from = sample_key(9),
          .message = to_bytes("hello"),
          .timestamp_ms = timestamp_ms,
          .shown_ms = timestamp_ms,
          .open = true};
}

FriendRow full_friend_row(const PublicKey& key) {
  const auto order = [](std::uint64_t at) { return OrderKey{at, {sample_key(2), at}}; };
  FriendRow row = named_friend_row(key, {sample_key(1), sample_key(2)}, "Eva", 8);
  row.first_added = order(1);
  row.alias = {to_bytes("Sis"), order(2)};
  row.muted = {true, order(3)};
  row.blocked = {true, order(4)};
  row.devices_withheld = {true, order(5)};
  row.claims = {ClaimPolicy::never, order(6)};
  row.claim_answers = {{sample_key(3), {true, order(7)}}, {sample_key(4), {false, order(8)}}};
  row.by_hand = {{sample_key(3), true}, {sample_key(4), false}};
  row.devices = DeviceList{{key, sample_key(3)}, {sample_key(4)}, 7, 9, order(9)};
  row.asked = true;
  row.nospam = NospamAndChecksum{1, 2, 3, 4, 5, 6};
  return row;
}

FriendRow named_friend_row(const PublicKey& key, std::vector<PublicKey> known_by, std::string_view name,
                           std::uint64_t since_ms) {
  FriendRow row;
  row.key = key;
  row.known_by = std::move(known_by);
  row.since_ms = since_ms;
  row.name = {to_bytes(name), {9, {sample_key(1), 9}}};
  return row;
}

void fill(Store& store, std::uint32_t count) {
  for (std::uint32_t number = 1; number <= count; ++number) {
    const Dot dot{.device = sample_key(1), .seq = number};
    const Result<void> done = store.transact([&]() -> Result<void> {
      store.append(sample_event(dot, number), {});
      store.put(sample_message(dot, "message " + std::to_string(number), number));
      return {};
    });
    ASSERT_TRUE(done) << done.error().message;
  }
}

std::map<std::string, std::string> contents(const std::filesystem::path& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    files[entry.path().string()] = entry.is_regular_file() ? read_file(entry.path()) : "";
  }
  return files;
}

std::string read_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write_file(const std::filesystem::path& file, std::string_view content) {
  std::ofstream out(file, std::ios::binary);
  out << content;
}

}  // namespace toxtore
