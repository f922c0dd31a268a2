#include "tox/profile_file.h"

#include <gtest/gtest.h>

#include "tox/tox_node.h"

namespace toxtore {
namespace {

constexpr const char* passphrase = "correct horse";

PublicKey some_key(std::uint8_t seed) {
  PublicKey key;
  key.bytes.fill(seed);
  return key;
}

/// A profile as another client might have left it: a name and two friends, never online.
Bytes make_profile() {
  auto node = ToxNode::create(ToxOptions::offline());
  EXPECT_TRUE(node);
  EXPECT_TRUE((*node)->set_name(as_bytes("Anna")));
  EXPECT_TRUE((*node)->apply(output::AddPeer{some_key(7), std::nullopt, {}}));
  EXPECT_TRUE((*node)->apply(output::AddPeer{some_key(3), std::nullopt, {}}));
  return (*node)->savedata();
}

/// Made once: scrypt and key generation take their time.
const Bytes& profile() {
  static const Bytes made = make_profile();
  return made;
}
const Bytes& protected_file() {
  static const Bytes made = protect_profile(profile(), passphrase).value();
  return made;
}

ErrorKind kind_of(const Result<Bytes>& result) { return result ? ErrorKind::internal : result.error().kind; }

TEST(ProfileFile, a_protected_one_opens_with_its_passphrase) {
  EXPECT_TRUE(is_protected_profile(protected_file()));
  EXPECT_EQ(protected_file().size(), profile().size() + 80);
  EXPECT_EQ(load_profile(protected_file(), passphrase), profile());
}

TEST(ProfileFile, a_plain_one_needs_none) {
  EXPECT_FALSE(is_protected_profile(profile()));
  EXPECT_EQ(load_profile(profile(), std::nullopt), profile());
  EXPECT_EQ(load_profile(profile(), "ignored"), profile());
}

TEST(ProfileFile, says_whether_the_passphrase_is_missing_or_wrong) {
  const auto missing = load_profile(protected_file(), std::nullopt);
  const auto wrong = load_profile(protected_file(), "correct house");
  EXPECT_EQ(kind_of(missing), ErrorKind::wrong_passphrase);
  EXPECT_EQ(kind_of(wrong), ErrorKind::wrong_passphrase);
  EXPECT_NE(missing.error().message, wrong.error().message);
  EXPECT_EQ(kind_of(load_profile(protected_file(), "")), ErrorKind::wrong_passphrase);
  EXPECT_EQ(kind_of(protect_profile(profile(), "")), ErrorKind::invalid_argument);
}

TEST(ProfileFile, refuses_what_is_no_profile) {
  EXPECT_EQ(kind_of(load_profile({}, std::nullopt)), ErrorKind::foreign_file);
  EXPECT_EQ(kind_of(load_profile(as_bytes("SQLite format 3"), std::nullopt)), ErrorKind::foreign_file);
  EXPECT_EQ(kind_of(load_profile(as_bytes("toxEsave"), passphrase)), ErrorKind::foreign_file);
  const Bytes foreign = protect_profile(as_bytes("another program's secret, long enough"), passphrase).value();
  EXPECT_EQ(kind_of(load_profile(foreign, passphrase)), ErrorKind::foreign_file);
}

TEST(ProfileFile, refuses_every_truncation) {
  // Behind the last section, whose header ends in a 1, toxcore leaves room filled with zeros.
  std::size_t whole = profile().size();
  while (profile()[whole - 1] == 0) --whole;
  EXPECT_TRUE(load_profile(ByteView(profile()).first(whole), std::nullopt));
  for (std::size_t size = 8; size < whole; ++size) {
    const auto loaded = load_profile(ByteView(profile()).first(size), std::nullopt);
    ASSERT_EQ(kind_of(loaded), ErrorKind::malformed) << size;
  }
}

TEST(ProfileFile, refuses_a_profile_without_a_key) {
  Bytes keyless = profile();
  keyless[12] = 99;  // the type of the first section, which holds the keys
  EXPECT_EQ(kind_of(load_profile(keyless, std::nullopt)), ErrorKind::malformed);
}

TEST(ProfileFile, tells_its_name_and_friends) {
  const auto node = ToxNode::create(ToxOptions::offline(profile()));
  ASSERT_TRUE(node);
  EXPECT_EQ((*node)->name(), to_bytes("Anna"));
  EXPECT_EQ((*node)->friend_keys(), (std::vector<PublicKey>{some_key(3), some_key(7)}));
  EXPECT_EQ((*node)->friend_name(some_key(3)), Bytes());
  EXPECT_EQ((*node)->friend_name(some_key(4)), std::nullopt);
  EXPECT_EQ((*node)->udp_port(), 0);
}

TEST(ProfileFile, keeps_the_tox_id) {
  const auto first = ToxNode::create(ToxOptions::offline(profile()));
  const auto second = ToxNode::create(ToxOptions::offline((*first)->savedata()));
  EXPECT_EQ((*first)->address(), (*second)->address());
  const auto stranger = ToxNode::create(ToxOptions::offline());
  EXPECT_NE((*first)->address(), (*stranger)->address());
}

ErrorKind create_error(const ToxOptions& options) {
  const auto node = ToxNode::create(options);
  return node ? ErrorKind::internal : node.error().kind;
}

TEST(ToxOptions, each_mistake_has_its_error) {
  EXPECT_EQ(create_error(ToxOptions::offline(protected_file())), ErrorKind::wrong_passphrase);
  EXPECT_EQ(create_error(ToxOptions::offline(to_bytes("nonsense"))), ErrorKind::foreign_file);
  ToxOptions proxy;
  proxy.proxy = ProxyType::socks5;
  proxy.proxy_host = "127.0.0.1";
  EXPECT_EQ(create_error(proxy), ErrorKind::invalid_argument);  // no port
  proxy.proxy_port = 9050;
  EXPECT_TRUE(ToxNode::create(proxy));
  proxy.proxy_host.clear();
  EXPECT_EQ(create_error(proxy), ErrorKind::invalid_argument);
  proxy.proxy_host = std::string(300, 'a');
  EXPECT_EQ(create_error(proxy), ErrorKind::invalid_argument);
}

TEST(ToxOptions, a_taken_port_is_named) {
  ToxOptions options;
  options.local_discovery = false;
  const auto first = ToxNode::create(options);
  ASSERT_TRUE(first);
  options.start_port = options.end_port = (*first)->udp_port();
  const auto second = ToxNode::create(options);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, ErrorKind::io);
  EXPECT_NE(second.error().message.find(std::to_string((*first)->udp_port())), std::string::npos);
}

TEST(ToxOptions, a_proxy_turns_udp_off_and_names_are_not_looked_up) {
  ToxOptions proxy;
  proxy.proxy = ProxyType::socks5;
  proxy.proxy_host = "127.0.0.1";
  proxy.proxy_port = 9050;
  const auto node = ToxNode::create(proxy);
  ASSERT_TRUE(node);
  EXPECT_EQ((*node)->udp_port(), 0);
  const auto asked = (*node)->bootstrap(BootstrapNode{"node.example", "", 33445, {443}, true, some_key(1)});
  ASSERT_FALSE(asked);
  EXPECT_NE(asked.error().message.find("proxy"), std::string::npos);
}

}  // namespace
}  // namespace toxtore
