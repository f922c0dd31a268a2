#include <algorithm>
#include <set>
#include <tuple>

#include "base/planted.h"
#include "view/rules.h"

namespace toxtore {
namespace {

using What = ContactSetting::What;

// Where a thing has one value, the last in order wins.
template <class T>
void take_later(Setting<T>& setting, T value, const OrderKey& order) {
  if (order < setting.order && !planted(PlantedBug::last_arrival_wins)) return;
  setting = {std::move(value), order};
}

std::optional<bool> flag_in(const Bytes& value) {
  if (value.size() != 1 || value[0] > 1) return std::nullopt;
  return value[0] == 1;
}

void take_flag(Setting<bool>& setting, const Bytes& value, const OrderKey& order) {
  if (const auto flag = flag_in(value)) take_later(setting, *flag, order);
}

void take_claims(Setting<ClaimPolicy>& setting, const Bytes& value, const OrderKey& order) {
  if (value.size() != 1 || value[0] > static_cast<std::uint8_t>(ClaimPolicy::never)) return;
  take_later(setting, static_cast<ClaimPolicy>(value[0]), order);
}

void take_claim_answer(FriendRow& row, const Bytes& value, const OrderKey& order) {
  if (value.size() != PublicKey::size + 1 || value.back() > 1) return;
  const auto claimed = PublicKey::from_bytes(ByteView(value).first(PublicKey::size));
  take_later(row.claim_answers[*claimed], value.back() == 1, order);
}

// A value of another size or number than its setting has is passed over, on every device alike.
void take_setting(FriendRow& row, const ContactSetting& setting, const OrderKey& order) {
  switch (setting.what) {
    case What::name: return take_later(row.name, setting.value, order);
    case What::alias: return take_later(row.alias, setting.value, order);
    case What::muted: return take_flag(row.muted, setting.value, order);
    case What::blocked: return take_flag(row.blocked, setting.value, order);
    case What::claims: return take_claims(row.claims, setting.value, order);
    case What::devices_withheld: return take_flag(row.devices_withheld, setting.value, order);
    case What::claim_answer: return take_claim_answer(row, setting.value, order);
  }
}

void take_adds(FriendRow& row, const std::vector<AddWithReferences>& adds) {
  std::set<PublicKey> known_by;
  std::optional<OrderKey> earliest;
  for (const auto& [add, references] : adds) {
    if (!row.first_added || add.order() < *row.first_added) row.first_added = add.order();
    if (std::any_of(references.begin(), references.end(),
                    [](const ReadEvent& event) { return std::holds_alternative<FriendRemove>(event.body); })) {
      continue;
    }
    known_by.insert(add.dot.device);
    if (earliest && *earliest < add.order()) continue;
    earliest = add.order();
    row.since_ms = add.shown_ms();
  }
  row.known_by.assign(known_by.begin(), known_by.end());
}

// What is only needed while the row is being made: the places of values that are shown without theirs.
struct Places {
  std::map<PublicKey, OrderKey> by_hand;
  OrderKey nospam;
};

// The version is the sender's own count, and no hearer's clock: a list that comes late by another way stays behind.
void take_devices(FriendRow& row, const FriendDevices& said, const ReadEvent& event) {
  const OrderKey order = event.order();
  if (row.devices && std::tie(said.version, order) < std::tie(row.devices->version, row.devices->order)) return;
  row.devices = DeviceList{said.keys, said.removed, said.version, event.shown_ms(), order};
}

void take_merge(FriendRow& row, const ContactsMerged& merge, const OrderKey& order, Places& places) {
  const PublicKey& other = merge.one == row.key ? merge.other : merge.one;
  if (other == row.key) return;
  const auto [place, fresh] = places.by_hand.try_emplace(other, order);
  if (!fresh && order < place->second) return;
  place->second = order;
  row.by_hand[other] = merge.merged;
}

}  // namespace

FriendRow derive_friend(const PublicKey& key, const std::vector<AddWithReferences>& adds,
                        const std::vector<ReadEvent>& others) {
  FriendRow row;
  row.key = key;
  take_adds(row, adds);
  Places places;
  for (const ReadEvent& event : others) {
    const OrderKey order = event.order();
    if (const auto* setting = std::get_if<ContactSetting>(&event.body)) take_setting(row, *setting, order);
    if (const auto* said = std::get_if<FriendDevices>(&event.body)) take_devices(row, *said, event);
    row.asked = row.asked || std::holds_alternative<FriendRequestReceived>(event.body);
    if (const auto* merge = std::get_if<ContactsMerged>(&event.body)) take_merge(row, *merge, order, places);
    if (const auto* nospam = std::get_if<FriendNospam>(&event.body); nospam != nullptr && places.nospam <= order) {
      places.nospam = order;
      row.nospam = nospam->nospam_and_checksum;
    }
  }
  return row;
}

}  // namespace toxtore
