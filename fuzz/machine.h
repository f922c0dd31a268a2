// What a device has on its machine: the database, the state file outside of it, and an earlier copy of both.
//
// A number that the device gave to one event must never name another one, as long as the database or the state file
// knows of it. That is checked as it logs: the state file is told of the last event each time.
#pragma once

#include <map>
#include <memory>

#include "engine/witness.h"
#include "store/store.h"

namespace toxtore::fuzz {

class Machine final : public Witness {
 public:
  Machine();

  [[nodiscard]] Store& store() { return *store_; }
  [[nodiscard]] const Store& store() const { return *store_; }

  /// Copies what is there now, in the place of an earlier copy.
  void back_up();

  // --- What may happen to it while no engine runs on it.

  /// The database is the copy again; `whole`: so is the state file, and nothing can tell that anything came after.
  /// Nothing happens without a copy.
  void set_back(bool whole);
  void lose_state_file();
  /// All of it is brought to another machine.
  void move() { ++machine_; }

  // --- The state file.

  [[nodiscard]] Bytes read() const override { return words_; }
  Result<void> write(ByteView words) override;
  [[nodiscard]] DatabaseId machine() const override { return {machine_}; }

 private:
  void forget_what_is_not_held();

  std::unique_ptr<Store> store_;
  Bytes words_;
  std::unique_ptr<Store> copied_store_;
  Bytes copied_words_;
  std::uint8_t machine_ = 1;
  std::map<Dot, Hash> given_;  // own numbers, and what they name
};

}  // namespace toxtore::fuzz
