// A friend with a stock client: plain toxcore on a command line, for tests and the demo.
//
//   stock_friend [--bootstrap HOST:PORT:KEY]... [--tcp-relay PORT] [--savedata FILE] [--name NAME] [--no-udp]
//
// --tcp-relay: the bootstrap nodes also relay TCP on that port. --savedata: loaded if it is there, saved after every
// change of the friend list and at the end.
//
// Commands, one per line of standard input; its end is `quit`, and so is SIGTERM:
//   id | add TOXID TEXT | accept KEY | send KEY TEXT | action KEY TEXT | friends | quit
// Events, one per line of standard output, each flushed:
//   id TOXID | online | offline | request KEY TEXT | friend KEY online|offline | name KEY NAME | message KEY TEXT
//   action KEY TEXT | sent KEY N | receipt KEY N | packet KEY HEX | error TEXT
// In every TEXT and NAME a line feed is written \n and a backslash \\.
#include <poll.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

#include "plain_tox.h"

namespace {

using Bytes = std::vector<std::uint8_t>;

struct Node {
  std::string host;
  std::uint16_t port = 0;
  Bytes key;
};

struct Settings {
  std::vector<Node> nodes;
  std::uint16_t tcp_relay = 0;
  std::string savedata;
  std::string name = "Stock friend";
  bool udp = true;
};

void print(const std::string& line) { std::cout << line << std::endl; }
void print_error(const std::string& what) { print("error " + what); }

std::string escaped(const std::uint8_t* text, std::size_t size) {
  std::string line;
  for (std::size_t i = 0; i < size; ++i) {
    if (text[i] == '\n') {
      line += "\\n";
    } else if (text[i] == '\\') {
      line += "\\\\";
    } else {
      line += static_cast<char>(text[i]);
    }
  }
  return line;
}

Bytes unescaped(std::string_view line) {
  Bytes text;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\\' && i + 1 < line.size()) {
      ++i;
      text.push_back(line[i] == 'n' ? '\n' : static_cast<std::uint8_t>(line[i]));
    } else {
      text.push_back(static_cast<std::uint8_t>(line[i]));
    }
  }
  return text;
}

/// Takes the first word, up to a space or the end, and the space behind it.
std::string take_word(std::string_view& rest) {
  const std::size_t end = rest.find(' ');
  std::string word(rest.substr(0, end));
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return word;
}

// --- The instance.

plain::ToxHandle start(const Settings& settings) {
  const auto options = plain::local_options();
  tox_options_set_udp_enabled(options.get(), settings.udp);
  Bytes savedata;
  if (std::ifstream in(settings.savedata, std::ios::binary); in) {
    savedata.assign(std::istreambuf_iterator<char>(in), {});
    tox_options_set_savedata_type(options.get(), TOX_SAVEDATA_TYPE_TOX_SAVE);
    tox_options_set_savedata_data(options.get(), savedata.data(), savedata.size());
  }
  Tox_Err_New error = TOX_ERR_NEW_OK;
  plain::ToxHandle tox(tox_new(options.get(), &error));
  if (error != TOX_ERR_NEW_OK) tox.reset();
  return tox;
}

void save(const Tox* tox, const std::string& file) {
  if (file.empty()) return;
  Bytes savedata(tox_get_savedata_size(tox));
  tox_get_savedata(tox, savedata.data());
  const std::string temporary = file + ".new";
  std::ofstream out(temporary, std::ios::binary);
  out.write(reinterpret_cast<const char*>(savedata.data()), static_cast<std::streamsize>(savedata.size()));
  out.close();
  std::error_code failed;
  if (out) std::filesystem::rename(temporary, file, failed);
  if (!out || failed) print_error("cannot write " + file);
}

void bootstrap(Tox* tox, const Settings& settings) {
  for (const Node& node : settings.nodes) {
    tox_bootstrap(tox, node.host.c_str(), node.port, node.key.data(), nullptr);
    if (settings.tcp_relay == 0) continue;
    tox_add_tcp_relay(tox, node.host.c_str(), settings.tcp_relay, node.key.data(), nullptr);
  }
}

std::string key_of(const Tox* tox, std::uint32_t number) {
  std::array<std::uint8_t, TOX_PUBLIC_KEY_SIZE> key{};
  tox_friend_get_public_key(tox, number, key.data(), nullptr);
  return plain::to_hex(key.data(), key.size());
}

std::optional<std::uint32_t> friend_number(const Tox* tox, const std::string& hex) {
  const auto key = plain::from_hex(hex, TOX_PUBLIC_KEY_SIZE);
  Tox_Err_Friend_By_Public_Key error = TOX_ERR_FRIEND_BY_PUBLIC_KEY_OK;
  const std::uint32_t number = key ? tox_friend_by_public_key(tox, key->data(), &error) : 0;
  if (key && error == TOX_ERR_FRIEND_BY_PUBLIC_KEY_OK) return number;
  print_error("no friend " + hex);
  return std::nullopt;
}

// --- Events.

void register_callbacks(Tox* tox) {
  tox_callback_self_connection_status(
      tox, [](Tox*, Tox_Connection status, void*) { print(status == TOX_CONNECTION_NONE ? "offline" : "online"); });
  tox_callback_friend_request(tox,
                              [](Tox*, const std::uint8_t* key, const std::uint8_t* text, std::size_t size, void*) {
                                print("request " + plain::to_hex(key, TOX_PUBLIC_KEY_SIZE) + ' ' + escaped(text, size));
                              });
  tox_callback_friend_connection_status(tox, [](Tox* self, std::uint32_t number, Tox_Connection status, void*) {
    print("friend " + key_of(self, number) + (status == TOX_CONNECTION_NONE ? " offline" : " online"));
  });
  tox_callback_friend_name(tox, [](Tox* self, std::uint32_t number, const std::uint8_t* name, std::size_t size, void*) {
    print("name " + key_of(self, number) + ' ' + escaped(name, size));
  });
  tox_callback_friend_message(tox, [](Tox* self, std::uint32_t number, Tox_Message_Type type, const std::uint8_t* text,
                                      std::size_t size, void*) {
    const std::string what = type == TOX_MESSAGE_TYPE_ACTION ? "action " : "message ";
    print(what + key_of(self, number) + ' ' + escaped(text, size));
  });
  tox_callback_friend_read_receipt(tox, [](Tox* self, std::uint32_t number, std::uint32_t message, void*) {
    print("receipt " + key_of(self, number) + ' ' + std::to_string(message));
  });
  tox_callback_friend_lossless_packet(
      tox, [](Tox* self, std::uint32_t number, const std::uint8_t* packet, std::size_t size, void*) {
        print("packet " + key_of(self, number) + ' ' + plain::to_hex(packet, size));
      });
}

// --- Commands.

void print_id(const Tox* tox) {
  std::array<std::uint8_t, TOX_ADDRESS_SIZE> address{};
  tox_self_get_address(tox, address.data());
  print("id " + plain::to_hex(address.data(), address.size()));
}

void add_friend(Tox* tox, const std::string& hex, std::string_view text) {
  const auto address = plain::from_hex(hex, TOX_ADDRESS_SIZE);
  if (!address) return print_error("not a Tox ID: " + hex);
  const Bytes greeting = unescaped(text);
  Tox_Err_Friend_Add error = TOX_ERR_FRIEND_ADD_OK;
  tox_friend_add(tox, address->data(), greeting.data(), greeting.size(), &error);
  if (error != TOX_ERR_FRIEND_ADD_OK) print_error("cannot add the friend: toxcore error " + std::to_string(error));
}

void accept_friend(Tox* tox, const std::string& hex) {
  const auto key = plain::from_hex(hex, TOX_PUBLIC_KEY_SIZE);
  if (!key) return print_error("not a key: " + hex);
  Tox_Err_Friend_Add error = TOX_ERR_FRIEND_ADD_OK;
  tox_friend_add_norequest(tox, key->data(), &error);
  if (error != TOX_ERR_FRIEND_ADD_OK) print_error("cannot accept the friend: toxcore error " + std::to_string(error));
}

void send_text(Tox* tox, Tox_Message_Type type, const std::string& hex, std::string_view line) {
  const auto number = friend_number(tox, hex);
  if (!number) return;
  const Bytes text = unescaped(line);
  Tox_Err_Friend_Send_Message error = TOX_ERR_FRIEND_SEND_MESSAGE_OK;
  const std::uint32_t message = tox_friend_send_message(tox, *number, type, text.data(), text.size(), &error);
  if (error == TOX_ERR_FRIEND_SEND_MESSAGE_OK) return print("sent " + hex + ' ' + std::to_string(message));
  print_error(error == TOX_ERR_FRIEND_SEND_MESSAGE_FRIEND_NOT_CONNECTED
                  ? "the friend is offline: " + hex
                  : "cannot send: toxcore error " + std::to_string(error));
}

void print_friends(const Tox* tox) {
  std::vector<std::uint32_t> numbers(tox_self_get_friend_list_size(tox));
  tox_self_get_friend_list(tox, numbers.data());
  for (const std::uint32_t number : numbers) {
    const bool online = tox_friend_get_connection_status(tox, number, nullptr) != TOX_CONNECTION_NONE;
    print("friend " + key_of(tox, number) + (online ? " online" : " offline"));
  }
}

/// False after `quit`.
bool run_command(Tox* tox, const Settings& settings, std::string_view line) {
  const std::string command = take_word(line);
  if (command == "quit") return false;
  if (command == "id") {
    print_id(tox);
  } else if (command == "friends") {
    print_friends(tox);
  } else if (command == "add" || command == "accept") {
    const std::string who = take_word(line);
    command == "add" ? add_friend(tox, who, line) : accept_friend(tox, who);
    save(tox, settings.savedata);
  } else if (command == "send" || command == "action") {
    const std::string who = take_word(line);
    send_text(tox, command == "send" ? TOX_MESSAGE_TYPE_NORMAL : TOX_MESSAGE_TYPE_ACTION, who, line);
  } else if (!command.empty()) {
    print_error("unknown command: " + command);
  }
  return true;
}

/// Standard input, line by line, without ever waiting longer than told.
class Input {
 public:
  /// Reads what is there within that time; false at the end of the input.
  bool wait(int wait_ms) {
    pollfd input{STDIN_FILENO, POLLIN, 0};
    if (poll(&input, 1, wait_ms) <= 0) return true;
    std::array<char, 4096> piece{};
    const ssize_t size = read(STDIN_FILENO, piece.data(), piece.size());
    if (size > 0) buffer_.append(piece.data(), static_cast<std::size_t>(size));
    return size > 0;
  }

  std::optional<std::string> take_line() {
    const std::size_t end = buffer_.find('\n');
    if (end == std::string::npos) return std::nullopt;
    std::string line = buffer_.substr(0, end);
    buffer_.erase(0, end + 1);
    return line;
  }

 private:
  std::string buffer_;
};

void run(Tox* tox, const Settings& settings) {
  using Clock = std::chrono::steady_clock;
  constexpr std::chrono::seconds bootstrap_interval{5};
  Input input;
  auto bootstrap_at = Clock::now();
  bool input_open = true;
  while (plain::stop_asked == 0) {
    if (Clock::now() >= bootstrap_at && tox_self_get_connection_status(tox) == TOX_CONNECTION_NONE) {
      bootstrap(tox, settings);
      bootstrap_at = Clock::now() + bootstrap_interval;
    }
    tox_iterate(tox, nullptr);
    while (const auto line = input.take_line()) {
      if (!run_command(tox, settings, *line)) return;
    }
    if (!input_open) return;
    input_open = input.wait(static_cast<int>(tox_iteration_interval(tox)));
  }
}

// --- The command line.

std::optional<Node> read_node(const std::string& text) {
  const std::size_t key_at = text.rfind(':');
  const std::size_t port_at = key_at == std::string::npos || key_at == 0 ? key_at : text.rfind(':', key_at - 1);
  if (port_at == std::string::npos || port_at == 0) return std::nullopt;
  const auto port = plain::number_from<std::uint16_t>(std::string_view(text).substr(port_at + 1, key_at - port_at - 1));
  const auto key = plain::from_hex(std::string_view(text).substr(key_at + 1), TOX_PUBLIC_KEY_SIZE);
  if (!port || !key) return std::nullopt;
  return Node{text.substr(0, port_at), *port, *key};
}

bool read_setting(Settings& settings, const std::string& name, const std::string& value) {
  if (name == "--bootstrap") {
    const auto node = read_node(value);
    if (node) settings.nodes.push_back(*node);
    return node.has_value();
  }
  if (name == "--tcp-relay") {
    const auto port = plain::number_from<std::uint16_t>(value);
    settings.tcp_relay = port.value_or(0);
    return port.has_value();
  }
  if (name == "--savedata") settings.savedata = value;
  if (name == "--name") settings.name = value;
  return name == "--savedata" || name == "--name";
}

std::optional<Settings> read_settings(const std::vector<std::string>& arguments) {
  Settings settings;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i] == "--no-udp") {
      settings.udp = false;
    } else if (i + 1 < arguments.size() && read_setting(settings, arguments[i], arguments[i + 1])) {
      ++i;
    } else {
      return std::nullopt;
    }
  }
  return settings;
}

}  // namespace

int main(int argc, char** argv) {
  const auto settings = read_settings({argv + 1, argv + argc});
  if (!settings) {
    std::cerr << "usage: stock_friend [--bootstrap HOST:PORT:KEY]... [--tcp-relay PORT] [--savedata FILE] "
                 "[--name NAME] [--no-udp]\n";
    return 2;
  }
  plain::stop_on_signals();
  const auto tox = start(*settings);
  if (!tox) {
    std::cerr << "stock_friend: toxcore does not start: no free port, or the savedata is damaged\n";
    return 1;
  }
  register_callbacks(tox.get());
  const auto* name = reinterpret_cast<const std::uint8_t*>(settings->name.data());
  tox_self_set_name(tox.get(), name, settings->name.size(), nullptr);
  print_id(tox.get());
  save(tox.get(), settings->savedata);
  run(tox.get(), *settings);
  save(tox.get(), settings->savedata);
  return 0;
}
