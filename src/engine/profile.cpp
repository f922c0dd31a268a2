#include "engine/profile.h"

#include "base/utf8.h"
#include "wire/body.h"

namespace toxtore {
namespace {

Result<void> check(const ProfileValue& given) {
  const bool is_name = given.what == ProfileValue::What::name;
  const Bytes& value = given.value;
  const std::size_t size_max = is_name ? own_name_size_max : status_message_size_max;
  const std::string noun = is_name ? "the name" : "the status message";
  if (!is_utf8(to_text(value))) return fail(ErrorKind::invalid_argument, noun + " is not UTF-8 text");
  if (value.size() > size_max) {
    return fail(ErrorKind::too_long, noun + " has " + std::to_string(value.size()) + " bytes, and Tox takes at most " +
                                         std::to_string(size_max) + ": shorten it");
  }
  return {};
}

const std::optional<Bytes>& value_in(const ProfileRow& row, ProfileValue::What what) {
  return what == ProfileValue::What::name ? row.name : row.status_message;
}

}  // namespace

Result<void> Profile::begin(Instant now) {
  const ProfileRow row = core_.store.profile();
  std::vector<Body> first;
  if (!row.name && !core_.config.name.empty()) {
    first.emplace_back(ProfileValue{ProfileValue::What::name, core_.config.name});
  }
  if (!row.status_message && !core_.config.status_message.empty()) {
    first.emplace_back(ProfileValue{ProfileValue::What::status_message, core_.config.status_message});
  }
  if (first.empty()) return {};
  const auto logged = core_.log(first, now);
  return logged ? Result<void>{} : fail(logged.error());
}

Result<void> Profile::set(const std::vector<ProfileValue>& values, Instant now) {
  const ProfileRow row = core_.store.profile();
  std::vector<Body> news;
  for (const ProfileValue& value : values) {
    if (auto checked = check(value); !checked) return checked;
    if (value_in(row, value.what) != value.value) news.emplace_back(value);
  }
  if (news.empty()) return {};
  const auto logged = core_.log(news, now);
  return logged ? Result<void>{} : fail(logged.error());
}

void Profile::settle() {
  const ProfileRow row = core_.store.profile();
  tell(ProfileValue::What::name, row.name, told_.name);
  tell(ProfileValue::What::status_message, row.status_message, told_.status_message);
}

void Profile::tell(ProfileValue::What what, const std::optional<Bytes>& value, std::optional<Bytes>& told) {
  if (!value || value == told) return;
  told = value;
  core_.outputs.emplace_back(output::SetProfile{what, *value});
}

}  // namespace toxtore
