#include "engine/friend_adds.h"

#include <algorithm>
#include <set>

#include "wire/body.h"
#include "wire/branch.h"
#include "wire/reader.h"
#include "wire/writer.h"

namespace toxtore {
namespace {

auto is(EventType type) {
  return [type](const Event& event) { return event.type == static_cast<std::uint8_t>(type); };
}

bool stands(const Store& store, const Dot& add) {
  return std::ranges::none_of(store.about(Subject::dot(add)), [&](const Event& event) {
    return is(EventType::friend_remove)(event) && origin_of(event) != add;  // else it went by that dot itself
  });
}

std::vector<Dot> all_adds(const Store& store, const PublicKey& key) {
  std::vector<Dot> adds;
  for (const Event& event : store.about(Subject::key(key))) {
    if (is(EventType::friend_add)(event)) adds.push_back(event.dot);
  }
  return adds;
}

// What this device remembers of an add that it logged by itself.
struct OwnAdd {
  std::string name;
  PublicKey key;
  Dot add;
  Dot witness;  ///< another add of the contact, which stood then: while it does, nothing else need be looked at
  std::optional<Bytes> request;
};

std::vector<OwnAdd> remembered(const Store& store) {
  std::vector<OwnAdd> adds;
  for (const auto& [name, value] : store.remembered_under(remembered_name::by_itself)) {
    const auto key = remembered_name::key_of(remembered_name::by_itself, name);
    if (!key) continue;
    Reader reader(value);
    OwnAdd own{name, *key, reader.dot(), reader.dot(), std::nullopt};
    if (reader.left() > 0 && reader.u8() == 1) {
      const ByteView words = reader.bytes(reader.left());
      own.request.emplace(words.begin(), words.end());
    }
    adds.push_back(std::move(own));
  }
  return adds;
}

Dot witness_for(const Core& core, const PublicKey& key) {
  if (const Contact* contact = core.contacts().of(key); contact != nullptr) {
    for (const PublicKey& each : contact->keys) {
      if (const auto adds = standing_adds(core.store, each); !adds.empty()) return adds.front();
    }
  }
  return {};
}

enum class Fate { keep, forget, take_back };

Fate fate_of(const Core& core, const OwnAdd& own, const std::set<Dot>& by_itself) {
  const Contact* contact = core.contacts().of(own.key);
  if (contact == nullptr || !stands(core.store, own.add)) return Fate::forget;
  bool others = false;
  for (const PublicKey& key : contact->keys) {
    for (const Dot& add : all_adds(core.store, key)) {
      if (by_itself.contains(add)) continue;
      others = true;
      if (stands(core.store, add)) return Fate::keep;
    }
  }
  return others ? Fate::take_back : Fate::forget;
}

// Whether there is nothing to look at: the add on which it rested is there, and in the contact still.
bool rests(const Core& core, const OwnAdd& own, const std::set<Dot>& by_itself) {
  if (by_itself.contains(own.witness) || !stands(core.store, own.witness)) return false;
  const auto event = core.store.event(own.witness);
  if (!event) return false;
  const ReadEvent witness = read_event(*event);
  const auto* add = std::get_if<FriendAdd>(&witness.body);
  return add != nullptr && core.contacts().of(add->key) == core.contacts().of(own.key);
}

}  // namespace

std::vector<Dot> standing_adds(const Store& store, const PublicKey& key) {
  std::vector<Dot> adds = all_adds(store, key);
  std::erase_if(adds, [&](const Dot& add) { return !stands(store, add); });
  return adds;
}

void add_by_itself(Core& core, const std::vector<AddByItself>& adds, Instant now) {
  std::vector<Body> bodies;
  std::vector<Dot> witnesses;
  for (const AddByItself& add : adds) {
    bodies.emplace_back(FriendAdd{add.key});
    witnesses.push_back(witness_for(core, add.key));
  }
  // A failure is kept by the core as its fault.
  (void)core.log(bodies, now, [&](const std::vector<Event>& logged) {
    for (std::size_t i = 0; i < adds.size(); ++i) {
      Writer value;
      value.dot(logged[i].dot).dot(witnesses[i]);
      if (adds[i].request) value.u8(1).bytes(*adds[i].request);
      core.store.remember(remembered_name::of(remembered_name::by_itself, adds[i].key), value.take());
    }
  });
}

void take_back_adds_by_itself(Core& core, Instant now) {
  const auto own_adds = remembered(core.store);
  std::set<Dot> by_itself;
  for (const OwnAdd& own : own_adds) by_itself.insert(own.add);
  std::vector<Body> bodies;
  std::vector<std::string> done;
  for (const OwnAdd& own : own_adds) {
    if (rests(core, own, by_itself)) continue;
    const Fate fate = fate_of(core, own, by_itself);
    if (fate == Fate::keep) continue;
    if (fate == Fate::take_back) {
      bodies.emplace_back(FriendRemove{own.add});
      if (own.request) bodies.emplace_back(FriendRequestReceived{own.key, *own.request});
    }
    done.push_back(own.name);
  }
  if (done.empty()) return;
  const auto forget = [&] {
    for (const std::string& name : done) core.store.forget(name);
  };
  if (bodies.empty()) {
    (void)core.change(forget);
  } else {
    (void)core.log(bodies, now, [&](const auto&) { forget(); });
  }
}

}  // namespace toxtore
