#include <algorithm>

#include "sim/actions.h"
#include "sim/later_version.h"
#include "sim/world.h"
#include "wire/invitation.h"
#include "wire/message_parts.h"
#include "wire/roster_statement.h"

namespace toxtore::sim {
namespace {

/// So many devices are removed in one run, or leave.
constexpr std::size_t removed_max = 2;
/// A body of that length surely fits a packet of its own.
constexpr std::size_t sent_alone_max = 1'200;

template <class T>
const T* one_of(const std::vector<T>& things, std::uint32_t number) {
  return things.empty() ? nullptr : &things[number % things.size()];
}

/// A text that is not like any other, of any legal length now and then.
std::string new_text(World& world, std::uint32_t number) {
  std::string text = "text " + std::to_string(++world.texts) + " ";
  if (number % 8 == 0) text.append(message_size_max - text.size(), 'x');
  if (number % 8 == 1) text.append(number / 8 % (message_size_max - text.size()), 'y');
  if (number % 8 == 2) text += "größer \xE2\x82\xAC\xF0\x9F\x98\x80";
  return text;
}

/// What does not fit one Tox message, up to the longest that there is; of one, two, three and four bytes a character.
std::string new_long_text(World& world, std::uint32_t number) {
  const std::size_t size = number % 4 == 0 ? long_message_size_max : message_size_max + 1 + number % 5'000;
  std::string text = "text " + std::to_string(++world.texts) + " ";
  for (std::size_t word = 0; text.size() + 20 < size; ++word) {
    text += std::to_string(word) + "g\u00f6\u20ac\U0001F600";
  }
  text.append(size - text.size(), '.');
  world.long_texts.push_back(text);
  return text;
}

/// What a user of Toxtore writes.
std::string new_own_text(World& world, std::uint32_t number) {
  return number % 16 == 7 ? new_long_text(world, number / 16) : new_text(world, number);
}

/// What a friend's client may send: any bytes at all.
std::string new_bytes(World& world, std::uint32_t number) {
  std::string text = new_text(world, number);
  if (number % 8 != 3) return text;
  for (int byte = 0; byte < 256; ++byte) text.push_back(static_cast<char>(byte));
  return text;
}

void send(World& world, const Step& step) {
  Device& device = world.device_at(step.numbers[0]);
  if (!device.running()) return;
  const auto friends = device.engine().friends();
  const auto* to = one_of(friends, step.numbers[1]);
  if (to == nullptr || to->contact.blocked) return;
  SendMessage message{to->contact.id, MessageKind::normal, new_own_text(world, step.numbers[2]), {}};
  if (step.numbers[3] % 5 == 0) message.kind = MessageKind::action;
  if (step.numbers[3] % 3 == 0) message.token = "token " + std::to_string(world.texts);
  std::optional<MessageRow> first;
  const auto give = [&](Engine& engine, Instant now) {
    const auto row = engine.send_message(message, now);
    if (!row) {
      const bool denied = row.error().kind == ErrorKind::denied;  // blocked, or this device is withheld from him
      if (!engine.fault() && !denied) world.violation("P12", "a message was refused: " + row.error().message);
      return;
    }
    if (first && first->id != row->id) world.violation("P3", "the same command with the same token made two messages");
    first = *row;
  };
  // The reply may be lost with the process; whoever gave a token gives the command once more.
  const bool done = device.command(give);
  if (first && done) world.tell([&](Checker& checker) { checker.sent(device, *first); });
  if (!message.token.empty() && first) device.command(give);
}

void read_conversation(World& world, const Step& step) {
  Device& device = world.device_at(step.numbers[0]);
  if (!device.running()) return;
  const auto friends = device.engine().friends();
  const auto* of = one_of(friends, step.numbers[1]);
  if (of != nullptr) world.read_conversation(device, of->contact);
}

void read_message(World& world, const Step& step) {
  Device& device = world.device_at(step.numbers[0]);
  if (!device.running()) return;
  const auto friends = device.engine().friends();
  const auto* of = one_of(friends, step.numbers[1]);
  if (of == nullptr) return;
  const auto rows = device.store().unread(Conversation(of->contact.keys));
  const auto* row = one_of(rows, step.numbers[2]);
  if (row == nullptr) return;
  world.tell([&](Checker& checker) { checker.reads(device, {*row}); });
  const bool marked =
      device.command([&](Engine& engine, Instant now) { (void)engine.mark_message_read(row->id, now); });
  if (marked) world.tell([&](Checker& checker) { checker.marked(device, {*row}); });
}

void friend_writes(World& world, const Step& step) {
  const auto* one = one_of(world.stock_friends(), step.numbers[0]);
  if (one == nullptr) return;
  const auto contacts = (*one)->contacts();
  if (const auto* to = one_of(contacts, step.numbers[1])) (*one)->write(*to, new_bytes(world, step.numbers[2]));
}

/// A row that the user sees, of a conversation that he has.
std::optional<MessageRow> row_at(const Device& device, const Step& step) {
  const auto friends = device.engine().friends();
  const auto* of = one_of(friends, step.numbers[1]);
  if (of == nullptr) return std::nullopt;
  const auto rows = device.store().history({Conversation(of->contact.keys), std::nullopt, 30});
  const auto* row = one_of(rows, step.numbers[2]);
  return row == nullptr ? std::nullopt : std::optional(*row);
}

void withdraw(World& world, const Step& step) {
  Device& device = world.device_at(step.numbers[0]);
  if (!device.running()) return;
  const auto row = row_at(device, step);
  if (!row) return;
  world.tell([&](Checker& checker) { checker.withdraws(row->id); });
  device.command([&](Engine& engine, Instant now) { (void)engine.withdraw_message(row->id, now); });
}

/// Mostly of a message that waits, and now and then of another.
void send_anyway(World& world, const Step& step) {
  Device& device = world.device_at(step.numbers[0]);
  if (!device.running()) return;
  const auto waiting = device.engine().outbox(device.now());
  const auto* one = one_of(waiting, step.numbers[1]);
  const auto row = one != nullptr && step.numbers[3] % 8 != 0 ? std::optional(one->message) : row_at(device, step);
  if (!row) return;
  world.tell([&](Checker& checker) { checker.sends_anyway(row->id); });
  device.command([&](Engine& engine, Instant now) {
    (void)engine.send_anyway(row->id);
    engine.finish_turn(now);
  });
}

void erase_message(World& world, const Step& step) {
  Device& device = world.device_at(step.numbers[0]);
  if (!device.running()) return;
  const auto row = row_at(device, step);
  if (!row) return;
  world.tell([&](Checker& checker) { checker.erases({*row}); });
  const bool done = device.command([&](Engine& engine, Instant now) { (void)engine.erase_message(row->id, now); });
  if (done) world.tell([&](Checker& checker) { checker.erased(device, {*row}); });
}

void erase_conversation(World& world, const Step& step) {
  Device& device = world.device_at(step.numbers[0]);
  if (!device.running()) return;
  const auto friends = device.engine().friends();
  const auto* of = one_of(friends, step.numbers[1]);
  if (of == nullptr) return;
  const auto rows = device.store().history({Conversation(of->contact.keys), std::nullopt, 10'000});
  world.tell([&](Checker& checker) { checker.erases(rows); });
  const bool done =
      device.command([&](Engine& engine, Instant now) { (void)engine.erase_conversation(of->contact.id, now); });
  if (done) world.tell([&](Checker& checker) { checker.erased(device, rows); });
}

void set_profile(World& world, const Step& step) {
  using What = ProfileValue::What;
  world.device_at(step.numbers[0]).command([&](Engine& engine, Instant now) {
    const What what = step.numbers[1] % 2 == 0 ? What::name : What::status_message;
    (void)engine.set_profile({{what, to_bytes("I am " + std::to_string(step.numbers[2] % 50))}}, now);
  });
}

void change_contact(World& world, const Step& step) {
  Device& device = world.device_at(step.numbers[0]);
  if (!device.running()) return;
  const auto friends = device.engine().friends();
  const auto* whom = one_of(friends, step.numbers[1]);
  if (whom == nullptr) return;
  const bool yes = step.numbers[3] % 2 == 0;
  ContactChange change;
  switch (step.numbers[2] % 4) {
    case 0: change.alias = "alias " + std::to_string(step.numbers[3] % 50); break;
    case 1: change.muted = yes; break;
    case 2: change.devices_withheld = yes; break;
    default: change.claims = static_cast<ClaimPolicy>(step.numbers[3] % 3); break;
  }
  device.command([&](Engine& engine, Instant now) { (void)engine.change_contact(whom->contact.id, change, now); });
}

void block_contact(World& world, const Step& step) {
  Device& device = world.device_at(step.numbers[0]);
  if (!device.running()) return;
  const auto friends = device.engine().friends();
  const auto* whom = one_of(friends, step.numbers[1]);
  if (whom == nullptr || world.may_be_linked(whom->contact.id, device.key())) return;
  ContactChange change;
  change.blocked = step.numbers[2] % 3 == 0;
  device.command([&](Engine& engine, Instant now) { (void)engine.change_contact(whom->contact.id, change, now); });
}

/// Two friends are one person, or are not.
void merge_contacts(World& world, const Step& step) {
  Device& device = world.device_at(step.numbers[0]);
  if (!device.running()) return;
  const auto friends = device.engine().friends();
  const auto* one = one_of(friends, step.numbers[1]);
  const auto* other = one_of(friends, step.numbers[2]);
  if (one == nullptr || one->contact.id == other->contact.id) return;
  world.tell([&](Checker& checker) { checker.merged_by_hand(one->contact, other->contact); });
  device.command([&](Engine& engine, Instant now) {
    (void)engine.merge_contacts(one->contact.id, other->contact.id, now);
    if (step.numbers[3] % 2 == 0) (void)engine.split_contact(other->contact.id, now);
  });
}

void answer_claim(World& world, const Step& step) {
  Device& device = world.device_at(step.numbers[0]);
  if (!device.running()) return;
  const auto friends = device.engine().friends();
  const auto* whom = one_of(friends, step.numbers[1]);
  const auto* claim = whom == nullptr ? nullptr : one_of(whom->contact.claims, step.numbers[2]);
  if (claim == nullptr) return;
  device.command([&](Engine& engine, Instant now) {
    (void)engine.answer_claim(whom->contact.id, claim->key, step.numbers[3] % 2 == 0, now);
  });
}

void introduce(World& world, const Step& step) {
  Device& device = world.device_at(step.numbers[0]);
  const auto* stock = one_of(world.stock_friends(), step.numbers[1]);
  if (stock == nullptr) return;
  world.note_asked(device.key(), (*stock)->key());
  device.command([&](Engine& engine, Instant now) {
    (void)engine.introduce_to_friend((*stock)->key(), "this is my other device", now);
  });
}

void rename_device(World& world, const Step& step) {
  Device& device = world.device_at(step.numbers[0]);
  if (!device.running()) return;
  const auto devices = device.engine().devices();
  const PublicKey key = one_of(devices, step.numbers[1])->key;
  device.command([&](Engine& engine, Instant now) {
    (void)engine.rename_device(key, "machine " + std::to_string(step.numbers[2] % 50), now);
  });
}

void friend_offers(World& world, const Step& step) {
  const auto* one = one_of(world.stock_friends(), step.numbers[0]);
  if (one == nullptr || !world.network.is_up((*one)->key())) return;
  const auto contacts = (*one)->contacts();
  const auto* to = one_of(contacts, step.numbers[1]);
  if (to != nullptr && world.network.knows(*to)) {
    (*one)->offer(*to, step.numbers[2] % 3 == 0 ? "" : "file " + std::to_string(++world.texts) + " .txt");
  }
}

/// More than a page of one conversation holds.
void friend_pours_out(World& world, const Step& step) {
  const auto* one = one_of(world.stock_friends(), step.numbers[0]);
  if (one == nullptr) return;
  const auto contacts = (*one)->contacts();
  const auto* to = one_of(contacts, step.numbers[1]);
  for (std::uint32_t i = 0; to != nullptr && i < 60 + step.numbers[2] % 60; ++i) (*one)->write(*to, new_text(world, 5));
}

void friend_renames(World& world, const Step& step) {
  const auto* one = one_of(world.stock_friends(), step.numbers[0]);
  if (one != nullptr) (*one)->rename("stock " + std::to_string(step.numbers[1] % 100));
}

/// A friend gets to know another device of the user, or is a friend again after he was removed.
void friend_asks(World& world, const Step& step) {
  const auto* one = one_of(world.stock_friends(), step.numbers[0]);
  const auto own = world.devices_of(0);
  if (one != nullptr) world.want_friend((*one)->key(), own[step.numbers[1] % own.size()]->key());
}

void add_friend(World& world, const Step& step) {
  Device& device = world.device_at(step.numbers[0]);
  const auto* stock = one_of(world.stock_friends(), step.numbers[1]);
  if (stock != nullptr && step.numbers[2] % 2 == 0) return world.want_friend(device.key(), (*stock)->key());
  const Device& other = *world.devices()[step.numbers[1] % world.devices().size()];
  if (other.setup().user != device.setup().user) world.want_friend(device.key(), other.key());
}

void remove_friend(World& world, const Step& step) {
  Device& device = world.device_at(step.numbers[0]);
  if (!device.running()) return;
  const auto friends = device.engine().friends();
  const auto* whom = one_of(friends, step.numbers[1]);
  if (whom == nullptr || world.may_be_linked(whom->contact.id, device.key())) return;
  device.command([&](Engine& engine, Instant now) { (void)engine.remove_friend(whom->contact.id, now); });
}

/// A friend's client says that somebody else's key is his user's too.
void friend_claims(World& world, const Step& step) {
  const auto* one = one_of(world.stock_friends(), step.numbers[0]);
  if (one == nullptr) return;
  const auto contacts = (*one)->contacts();
  const auto* to = one_of(contacts, step.numbers[1]);
  if (to == nullptr) return;
  if (!world.network.knows(*to)) return;
  std::vector<PublicKey> others;
  for (const auto& device : world.devices()) others.push_back(device->key());
  // Of two stock friends only one ever claims the other: if both did, they would be one contact, and rightly so.
  for (const PublicKey& key : world.stock_keys()) {
    if ((*one)->key() < key) others.push_back(key);
  }
  const packet::MyDevices claim{{(*one)->key(), *one_of(others, step.numbers[2])}, 1 + step.numbers[3] % 9, {}};
  (*one)->send_packet(*to, encode_packet(packet::Hello{}));
  (*one)->send_packet(*to, encode_packet(claim));
}

/// A friend who learnt another friend's message, or only its dot, sends it as his own before that one does.
void friend_preempts(World& world, const Step& step) {
  const auto* one = one_of(world.stock_friends(), step.numbers[0]);
  std::vector<Device*> writers;
  for (const auto& device : world.devices()) {
    if (device->setup().user != 0 && device->running()) writers.push_back(device.get());
  }
  const auto* writer = one_of(writers, step.numbers[1]);
  if (one == nullptr || writer == nullptr) return;
  const auto friends = (*writer)->engine().friends();
  const auto* to = one_of(friends, step.numbers[2]);
  if (to == nullptr || to->contact.blocked) return;
  std::optional<MessageRow> row;
  (*writer)->command([&](Engine& engine, Instant now) {
    if (auto sent = engine.send_message({to->contact.id, MessageKind::normal, new_text(world, 3), {}}, now))
      row = *sent;
  });
  if (!row) return;
  const std::string text = to_text(row->text) + (step.numbers[3] % 4 == 0 ? " or so" : "");
  world.tell([&](Checker& checker) { checker.stock_tried(**one, text); });
  for (const PublicKey& key : (*one)->contacts()) {
    if (!world.network.knows(key)) continue;
    (*one)->send_packet(key, encode_packet(packet::Hello{}));
    for (const auto& part : cut_into_parts({row->id, row->shown_ms, row->kind, to_bytes(text)})) {
      (*one)->send_packet(key, encode_packet(part));
    }
  }
}

void answer_request(World& world, const Step& step) {
  Device& device = world.device_at(step.numbers[0]);
  if (!device.running()) return;
  const auto requests = device.engine().friend_requests();
  const auto* request = one_of(requests, step.numbers[1]);
  if (request == nullptr) return;
  device.command([&](Engine& engine, Instant now) {
    step.numbers[2] % 2 == 0 ? void(engine.accept_friend(request->key, now))
                             : void(engine.decline_friend(request->key, now));
  });
}

void link_device(World& world, const Step& step) {
  const auto own = world.devices_of(0);
  Device& asks = *own[step.numbers[0] % own.size()];
  if (!world.was_removed(asks.key())) world.want_link(asks, world.first_that_stays(), step.numbers[1] % 2 == 0);
}

// A run in which somebody is removed has no old copies and no two lives of a device of that user, and the other way
// round (faults.cpp): what only one of several lives knew of a removal, and which of them it put out, is not judged.

/// From any device that has at least two others. In a part of the runs the removed one does not want to hear of it.
void remove_device(World& world, const Step& step) {
  const auto own = world.devices_of(0);
  Device& by = *own[step.numbers[0] % own.size()];
  if (!by.running() || world.removed().size() >= removed_max || world.has_copies(0)) return;
  std::vector<Device*> others;
  for (const DeviceInfo& info : by.engine().devices()) {
    if (!info.removed && !info.self) others.push_back(world.device_with(info.key));
  }
  Device* const* out = others.size() < 2 ? nullptr : one_of(others, step.numbers[1]);
  if (out == nullptr || !world.may_be_removed(**out)) return;
  world.remove_device(by, **out);
  if (step.numbers[2] % 3 == 0) (*out)->be_deaf(true);
}

void leave_devices(World& world, const Step& step) {
  const auto own = world.devices_of(0);
  Device& device = *own[step.numbers[0] % own.size()];
  if (!device.running() || world.removed().size() >= removed_max || world.has_copies(0)) return;
  if (!world.may_be_removed(device) || world.own_devices_of(device).size() < 2) return;
  world.leave_devices(device, step.numbers[1] % 2 == 0);
}

/// A removed device whose program does as it likes talks to one that knows of the removal: events behind its cut,
/// itself as a device, another one as its device, and whatever went by.
void removed_talks(World& world, const Step& step) {
  const auto own = world.devices_of(0);
  Device& to = *own[step.numbers[0] % own.size()];
  const std::vector<PublicKey> removed(world.removed().begin(), world.removed().end());
  const PublicKey* from = one_of(removed, step.numbers[1]);
  if (from == nullptr || !to.running() || world.was_removed(to.key()) || !world.network.connected(*from, to.key()))
    return;
  const auto devices = to.engine().devices();
  if (std::ranges::none_of(devices, [&](const DeviceInfo& info) { return info.key == *from && info.removed; })) return;
  Dice dice(step.numbers[2]);
  const Store& store = world.device_with(*from)->store();
  const Dot last = Dot::of({*from, 0}, store.holdings().top({*from, 0}));
  for (std::uint32_t i = 0; i < 3; ++i) {
    const Dot dot = Dot::of(last.log(), last.number() + 1 + i);
    Event event = event_of_a_later_version(dot, world.wall_ms(), dice);
    event.body.resize(std::min(event.body.size(), sent_alone_max));
    to.inject(*from, encode_packet(packet::SendDot{std::move(event)}));
  }
  to.inject(*from, encode_packet(packet::Clock{{Dot::of(last.log(), last.number() + 10)}}));
  PublicKey nobody;
  dice.fill(nobody.bytes);
  packet::Roster roster;
  for (const PublicKey& key : {*from, nobody}) {
    roster.statements.push_back(encode_statement(DeviceAdd{key, *from, world.wall_ms(), "me", {}}));
  }
  roster.statements.push_back(encode_statement(CutRaise{*from, *from, world.wall_ms(), {{0, last.number() + 3}}}));
  to.inject(*from, encode_packet(roster));
  if (!world.seen_packets().empty()) to.inject(*from, dice.pick(world.seen_packets()));
}

/// A friend who overheard a proof, found a URI that is over, or guesses, asks to be taken for one of the user's
/// devices.
void friend_joins(World& world, const Step& step) {
  const auto* one = one_of(world.stock_friends(), step.numbers[0]);
  const auto* invited = one_of(world.invited(), step.numbers[1]);
  if (one == nullptr || invited == nullptr) return;
  const auto invitation = read_invitation_uri(invited->uri);
  if (!invitation) return world.violation("P8", "the URI of an invitation cannot be read");
  const ToxAddress inviter = invited->inviter->setup().address;
  const bool overheard = step.numbers[2] % 2 == 0;
  const PublicKey& proves_for = overheard ? invited->joiner->key() : (*one)->key();
  const InvitationSecret guess{};
  const bool knows = overheard || invited->over;
  const Hash proof = invitation_proof(knows ? invitation->secret : guess, inviter.key(), proves_for);
  if (!world.network.list((*one)->key()).contains(inviter.key())) (*one)->ask(inviter, joining_words(proof));
  (*one)->send_packet(inviter.key(), encode_packet(packet::Hello{}));
  (*one)->send_packet(inviter.key(), encode_packet(packet::LinkProof{proof, {}}));
}

void cancel_linking(World& world, const Step& step) {
  Device& device = world.device_at(step.numbers[0]);
  if (!device.running()) return;
  const auto links = device.engine().link_requests();
  const auto* link = one_of(links, step.numbers[1]);
  if (link == nullptr) return;
  device.command([&](Engine& engine, Instant now) { (void)engine.cancel_device(link->key, now); });
}

void ask_around(World& world, const Step& step) {
  Device& device = world.device_at(step.numbers[0]);
  if (!device.running()) return;
  const auto status = device.engine().status();
  const auto found = device.store().search({"text", std::nullopt, std::nullopt, 20});
  world.trace.line(world.timeline.now_ms(), device.name(), "status", status.events, found.size());
}

/// To a friend, so that nothing but the text is wrong.
bool sends_what_is_no_message(Engine& engine, Instant now) {
  const auto friends = engine.friends();
  if (friends.empty()) return false;
  const PublicKey& to = friends.front().contact.id;
  const std::string too_long(long_message_size_max + 1, 'x');
  return engine.send_message({to, MessageKind::normal, too_long, {}}, now).has_value() ||
         engine.send_message({to, MessageKind::normal, "\xC3", {}}, now).has_value() ||
         engine.send_message({to, MessageKind::normal, "", {}}, now).has_value();
}

/// Commands with impossible arguments end in an error and nothing else.
void ask_nonsense(World& world, const Step& step) {
  Device& device = world.device_at(step.numbers[0]);
  PublicKey nobody;
  Dice(step.numbers[1]).fill(nobody.bytes);
  device.command([&](Engine& engine, Instant now) {
    const bool refused = !engine.send_message({nobody, MessageKind::normal, "x", {}}, now) &&
                         !sends_what_is_no_message(engine, now) && !engine.remove_friend(nobody, now) &&
                         !engine.accept_friend(nobody, now) && !engine.accept_device(nobody, "123456", now) &&
                         !engine.request_device(nobody, now) && !engine.mark_message_read(Dot{nobody, 1}, now) &&
                         !engine.withdraw_message(Dot{nobody, 1}, now) && !engine.erase_message(Dot{nobody, 1}, now) &&
                         !engine.rename_device(nobody, "x", now) &&
                         !engine.add_friend(device.setup().address, "me", now);
    if (!refused) world.violation("P12", "a command with impossible arguments was taken");
  });
}

/// Broken packets from a friend's client, or from a linked device of which they cannot be understood at all.
void send_bad_packet(World& world, const Step& step) {
  Dice dice(step.numbers[3]);
  if (world.seen_packets().empty()) return;
  Bytes bytes = dice.chance(20) ? packet_of_a_later_version(dice) : dice.pick(world.seen_packets());
  for (std::uint64_t i = dice.below(4); i > 0 && bytes.size() > 1; --i) {
    bytes[1 + static_cast<std::size_t>(dice.below(bytes.size() - 1))] = static_cast<std::uint8_t>(dice.next());
  }
  if (dice.chance(50)) bytes.resize(1 + static_cast<std::size_t>(dice.below(bytes.size())));
  if (const auto* one = one_of(world.stock_friends(), step.numbers[0]); one != nullptr && dice.chance(60)) {
    const auto contacts = (*one)->contacts();
    const auto packet = decode_packet(bytes);
    if (const auto* part = packet ? std::get_if<packet::Message>(&*packet) : nullptr) {
      world.tell([&](Checker& checker) { checker.stock_tried(**one, to_text(part->bytes)); });
    }
    if (const auto* to = one_of(contacts, step.numbers[1])) (*one)->send_packet(*to, std::move(bytes));
    return;
  }
  Device& to = world.device_at(step.numbers[0]);
  const Device& from = world.device_at(step.numbers[1]);
  if (!decode_packet(bytes) && world.network.connected(from.key(), to.key())) to.inject(from.key(), std::move(bytes));
}

constexpr Action operations[] = {
    {"send", 10, 90, send},
    {"friend writes", 10, 90, friend_writes},
    {"read conversation", 4, 90, read_conversation},
    {"read message", 2, 90, read_message},
    {"withdraw", 2, 90, withdraw},
    {"send anyway", 1, 40, send_anyway},
    {"erase message", 1, 90, erase_message},
    {"erase conversation", 1, 90, erase_conversation},
    {"set profile", 1, 90, set_profile},
    {"rename device", 1, 90, rename_device},
    {"change contact", 2, 60, change_contact},
    {"block contact", 1, 20, block_contact},
    {"merge contacts", 1, 30, merge_contacts},
    {"answer claim", 1, 50, answer_claim},
    {"introduce", 1, 70, introduce},
    {"friend claims", 2, 15, friend_claims},
    {"friend preempts", 2, 15, friend_preempts},
    {"friend offers", 1, 90, friend_offers},
    {"friend pours out", 1, 20, friend_pours_out},
    {"friend renames himself", 1, 90, friend_renames},
    {"friend asks another device", 1, 90, friend_asks},
    {"add friend", 1, 90, add_friend},
    {"remove friend", 1, 90, remove_friend},
    {"answer request", 1, 90, answer_request},
    {"link device", 2, 90, link_device},
    {"friend joins", 1, 30, friend_joins},
    {"cancel linking", 1, 90, cancel_linking},
    {"ask around", 1, 90, ask_around},
    {"nonsense", 1, 90, ask_nonsense},
    {"bad packet", 2, 90, send_bad_packet},
    {"device removed", 1, 15, remove_device},
    {"device leaves", 1, 10, leave_devices},
    {"removed one goes on talking", 2, 30, removed_talks},
};

}  // namespace

std::span<const Action> workload() { return operations; }

}  // namespace toxtore::sim
