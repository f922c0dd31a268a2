#include "view/contact_graph.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "base/planted.h"

namespace toxtore {
namespace {

using Rows = std::map<PublicKey, FriendRow>;

/// The last answer that the user gave to any of these keys about `key`.
std::optional<bool> last_answer(const std::vector<const FriendRow*>& claiming, const PublicKey& key) {
  const Setting<bool>* last = nullptr;
  for (const FriendRow* row : claiming) {
    const Setting<bool>* answer = row->answer_about(key);
    if (answer != nullptr && (last == nullptr || last->order < answer->order)) last = answer;
  }
  return last == nullptr ? std::nullopt : std::optional(last->value);
}

Claim::Standing standing(ClaimPolicy policy, std::optional<bool> answer) {
  using Standing = Claim::Standing;
  if (policy == ClaimPolicy::never) return Standing::refused;
  if (answer) return *answer ? Standing::followed : Standing::refused;
  return policy == ClaimPolicy::ask ? Standing::asked : Standing::followed;
}

/// Rule 1.
bool joined_by_claim(const FriendRow& a, const FriendRow& b) {
  const bool one_side_is_enough = planted(PlantedBug::merges_on_one_claim);
  if (one_side_is_enough ? !a.lists(b.key) && !b.lists(a.key) : !a.lists(b.key) || !b.lists(a.key)) return false;
  if (a.is_split_from(b.key)) return false;
  const ClaimPolicy policy = std::max(a.claims.value, b.claims.value);
  const auto* of_a = a.answer_about(b.key);
  const auto* of_b = b.answer_about(a.key);
  const bool agreed = (of_a != nullptr && of_a->value) || (of_b != nullptr && of_b->value);
  return policy == ClaimPolicy::accept || (policy == ClaimPolicy::ask && agreed);
}

/// Sets that are joined step by step.
class Sets {
 public:
  explicit Sets(std::size_t count) : above_(count) { std::iota(above_.begin(), above_.end(), std::size_t{0}); }
  std::size_t root(std::size_t i) {
    while (above_[i] != i) i = above_[i] = above_[above_[i]];
    return i;
  }
  void join(std::size_t a, std::size_t b) { above_[root(a)] = root(b); }

  std::map<std::size_t, std::vector<std::size_t>> members() {
    std::map<std::size_t, std::vector<std::size_t>> sets;
    for (std::size_t i = 0; i < above_.size(); ++i) sets[root(i)].push_back(i);
    return sets;
  }

 private:
  std::vector<std::size_t> above_;
};

/// One key of the graph, and whom it is joined with by rule 1.
struct Vertex {
  const FriendRow* row = nullptr;
  std::vector<std::size_t> claims;
  std::vector<std::size_t> by_hand;
  bool leaves = false;
};

class Joining {
 public:
  Joining(const Rows& rows, const std::set<PublicKey>& own) {
    for (const auto& [key, row] : rows) {
      if (own.contains(key)) continue;
      place_.emplace(key, vertices_.size());
      vertices_.push_back({&row, {}, {}});
    }
    for (Vertex& vertex : vertices_) join(vertex);
  }

  std::vector<std::vector<const FriendRow*>> contacts() {
    mark_leaving();
    Sets sets(vertices_.size());
    for (std::size_t i = 0; i < vertices_.size(); ++i) {
      for (const std::size_t other : vertices_[i].by_hand) sets.join(i, other);
      for (const std::size_t other : vertices_[i].claims) {
        if (!vertices_[i].leaves && !vertices_[other].leaves) sets.join(i, other);
      }
    }
    std::vector<std::vector<const FriendRow*>> contacts;
    for (const auto& [root, members] : sets.members()) contacts.push_back(rows_of(members));
    return contacts;
  }

 private:
  void join(Vertex& vertex) {
    const FriendRow& row = *vertex.row;
    for (const PublicKey& key : row.devices ? row.devices->keys : std::vector<PublicKey>()) {
      const auto other = place_.find(key);
      if (other != place_.end() && joined_by_claim(row, *vertices_[other->second].row)) {
        vertex.claims.push_back(other->second);
      }
    }
    for (const auto& [key, merged] : row.by_hand) {
      const auto other = place_.find(key);
      if (merged && other != place_.end()) vertex.by_hand.push_back(other->second);
    }
  }

  /// Rule 2. A key also leaves when the user said no to it.
  void mark_leaving() {
    Sets sets(vertices_.size());
    for (std::size_t i = 0; i < vertices_.size(); ++i) {
      for (const std::size_t other : vertices_[i].claims) sets.join(i, other);
    }
    for (const auto& [root, members] : sets.members()) {
      const auto rows = rows_of(members);
      std::set<PublicKey> removed;
      for (const FriendRow* row : rows) {
        if (!row->devices) continue;
        for (const PublicKey& key : row->devices->removed) {
          if (key != row->key) removed.insert(key);
        }
      }
      for (const std::size_t i : members) {
        const PublicKey& key = vertices_[i].row->key;
        vertices_[i].leaves = removed.contains(key) || last_answer(rows, key) == false;
      }
    }
  }

  [[nodiscard]] std::vector<const FriendRow*> rows_of(const std::vector<std::size_t>& members) const {
    std::vector<const FriendRow*> rows;
    rows.reserve(members.size());
    for (const std::size_t i : members) rows.push_back(vertices_[i].row);
    return rows;
  }

  std::vector<Vertex> vertices_;
  std::map<PublicKey, std::size_t> place_;
};

PublicKey id_of(const std::vector<const FriendRow*>& rows) {
  const FriendRow* first = nullptr;
  for (const FriendRow* row : rows) {
    if (row->first_added && (first == nullptr || *row->first_added < *first->first_added)) first = row;
  }
  if (first != nullptr) return first->key;
  return (*std::ranges::min_element(rows, {}, [](const FriendRow* row) { return row->key; }))->key;
}

template <class T>
T last_of(const std::vector<const FriendRow*>& rows, Setting<T> FriendRow::* setting) {
  const auto last = std::ranges::max_element(rows, {}, [&](const FriendRow* row) { return (row->*setting).order; });
  return ((*last)->*setting).value;
}

/// Whether a claim of `key` is the user's business at all. A friend's key that claims back too is joined, or waits for
/// his word; one that does not is that friend's own, whoever else names it. Whom he removed does not come back so.
bool matters(const std::vector<const FriendRow*>& contact, const PublicKey& key, const Rows& rows) {
  const auto found = rows.find(key);
  if (found == rows.end() || !found->second.first_added) return true;
  const FriendRow& claimed = found->second;
  return claimed.present() &&
         std::ranges::any_of(contact, [&](const FriendRow* row) { return row->lists(key) && claimed.lists(row->key); });
}

class Claims {
 public:
  Claims(const std::vector<const FriendRow*>& contact, ClaimPolicy policy, const Rows& rows,
         const std::set<PublicKey>& own)
      : contact_(contact), policy_(policy), rows_(rows), own_(own) {}

  std::vector<Claim> all() {
    for (const FriendRow* row : contact_) {
      if (!row->devices) continue;
      for (const PublicKey& key : row->devices->keys) take(*row, key);
    }
    std::vector<Claim> claims;
    for (const auto& [key, claim] : claims_) claims.push_back(claim);
    std::ranges::sort(claims, {}, [](const Claim& each) { return std::pair(each.heard_ms, each.key); });
    return claims;
  }

 private:
  void take(const FriendRow& by, const PublicKey& key) {
    const auto is_his = [&](const FriendRow* row) { return row->key == key || row->lists_as_removed(key); };
    if (own_.contains(key) || std::ranges::any_of(contact_, is_his) || !matters(contact_, key, rows_)) return;
    if (by.is_split_from(key)) return;
    const Claim claim{by.key, key, by.devices->heard_ms, standing(policy_, answer_between(key))};
    const auto [place, fresh] = claims_.try_emplace(key, claim);
    const auto rank = [](const Claim& each) { return std::pair(each.heard_ms, each.by); };
    if (!fresh && rank(claim) < rank(place->second)) place->second = claim;
  }

  /// A no to either side of a claim is a no to both.
  [[nodiscard]] std::optional<bool> answer_between(const PublicKey& key) const {
    const auto found = rows_.find(key);
    const auto refused_by_it = [&](const FriendRow* row) { return found->second.is_refused(row->key); };
    const bool refused = found != rows_.end() && std::ranges::any_of(contact_, refused_by_it);
    return refused ? std::optional(false) : last_answer(contact_, key);
  }

  const std::vector<const FriendRow*>& contact_;
  ClaimPolicy policy_;
  const Rows& rows_;
  const std::set<PublicKey>& own_;
  std::map<PublicKey, Claim> claims_;
};

Contact contact_of(const std::vector<const FriendRow*>& rows) {
  Contact contact;
  contact.id = id_of(rows);
  for (const FriendRow* row : rows) {
    contact.keys.push_back(row->key);
    contact.toxtore = contact.toxtore || row->devices;
    if (!row->present()) continue;
    contact.since_ms = contact.present ? std::min(contact.since_ms, row->since_ms) : row->since_ms;
    contact.present = true;
  }
  std::ranges::sort(contact.keys);
  contact.name = last_of(rows, &FriendRow::name);
  contact.alias = last_of(rows, &FriendRow::alias);
  contact.muted = last_of(rows, &FriendRow::muted);
  contact.blocked = last_of(rows, &FriendRow::blocked);
  contact.devices_withheld = last_of(rows, &FriendRow::devices_withheld);
  contact.claims_policy = last_of(rows, &FriendRow::claims);
  return contact;
}

}  // namespace

bool Contact::has(const PublicKey& key) const { return std::ranges::binary_search(keys, key); }

bool Contact::claims_key(const PublicKey& key) const {
  return std::ranges::find(claims, key, &Claim::key) != claims.end();
}

ContactGraph::ContactGraph(std::vector<FriendRow> rows, const std::set<PublicKey>& own) {
  for (FriendRow& row : rows) rows_.insert_or_assign(row.key, std::move(row));
  for (const auto& members : Joining(rows_, own).contacts()) {
    Contact contact = contact_of(members);
    contact.claims = Claims(members, contact.claims_policy, rows_, own).all();
    contacts_.push_back(std::move(contact));
  }
  std::ranges::sort(contacts_, {}, &Contact::id);
  for (std::size_t i = 0; i < contacts_.size(); ++i) {
    for (const PublicKey& key : contacts_[i].keys) index_.emplace(key, i);
  }
}

const Contact* ContactGraph::of(const PublicKey& key) const {
  const auto found = index_.find(key);
  return found == index_.end() ? nullptr : &contacts_[found->second];
}

const Contact* ContactGraph::friend_of(const PublicKey& key) const {
  const Contact* contact = of(key);
  return contact != nullptr && contact->present ? contact : nullptr;
}

std::vector<PublicKey> ContactGraph::keys_with(const PublicKey& key) const {
  const Contact* contact = of(key);
  return contact == nullptr ? std::vector{key} : contact->keys;
}

std::vector<const Contact*> ContactGraph::claimed_by(const PublicKey& key) const {
  std::vector<const Contact*> claiming;
  for (const Contact& contact : contacts_) {
    if (contact.present && contact.claims_key(key)) claiming.push_back(&contact);
  }
  return claiming;
}

const FriendRow* ContactGraph::row(const PublicKey& key) const {
  const auto found = rows_.find(key);
  return found == rows_.end() ? nullptr : &found->second;
}

}  // namespace toxtore
