#include "machine.h"

#include "engine/test_copy.h"
#include "targets.h"
#include "wire/body.h"

namespace toxtore::fuzz {

Machine::Machine() : store_(make_memory_store()) {}

void Machine::back_up() {
  copied_store_ = copy_of(*store_);
  copied_words_ = words_;
}

void Machine::set_back(bool whole) {
  if (!copied_store_) return;
  store_ = copy_of(*copied_store_);
  if (!whole) return;
  words_ = copied_words_;
  forget_what_is_not_held();
}

void Machine::lose_state_file() {
  words_.clear();
  forget_what_is_not_held();
}

void Machine::forget_what_is_not_held() {
  std::erase_if(given_, [this](const auto& each) { return !store_->event(each.first); });
}

Result<void> Machine::write(ByteView words) {
  words_.assign(words.begin(), words.end());
  const auto said = decode_last_words(words_);
  require(said.has_value(), "the state file holds what can be read");
  if (const auto event = store_->event(said->last)) {
    const Hash hash = event_hash(*event);
    require(given_.try_emplace(said->last, hash).first->second == hash, "a number once given names no other event");
  }
  return {};
}

}  // namespace toxtore::fuzz
