// What the tests of this folder share: a folder of their own, names of devices, sample events and rows.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/test_folder.h"
#include "base/test_random.h"
#include "model/event.h"
#include "store/sql_store.h"
#include "view/rows.h"

namespace toxtore {

/// In memory where there is such a place: hundreds of databases are made here, and nobody pulls the plug.
class TemporaryFolder : public TestFolder {
 public:
  TemporaryFolder();
};

/// The key whose bytes all have this value.
PublicKey sample_key(std::uint8_t value);
/// The same key in every run, another one for each `first`.
DatabaseKey sample_database_key(std::uint8_t first = 1);

Event sample_event(const Dot& dot, std::uint64_t timestamp_ms = 1, std::string_view body = "body");
/// A message received from sample_key(9), not read.
MessageRow sample_message(const Dot& id, std::string_view text, std::uint64_t timestamp_ms = 1);
/// An open friend request of sample_key(9).
RequestRow sample_request(const Dot& id, std::uint64_t timestamp_ms);
/// With a value in every field.
FriendRow full_friend_row(const PublicKey& key);
FriendRow named_friend_row(const PublicKey& key, std::vector<PublicKey> known_by, std::string_view name,
                           std::uint64_t since_ms = 4);

/// Stores sample events 1 to `count` of sample_key(1), each with its message row, in a transaction each.
void fill(Store& store, std::uint32_t count);

/// Every file below the folder with its content: to see that nothing was changed.
std::map<std::string, std::string> contents(const std::filesystem::path& folder);

std::string read_file(const std::filesystem::path& file);
void write_file(const std::filesystem::path& file, std::string_view content);

}  // namespace toxtore
