#include "harness/toxic.h"

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

namespace toxtore {
namespace {

using nlohmann::json;

/// toxic looks for `"port":` without a blank behind it, and may write to the file: so it gets its own, without blanks.
std::filesystem::path nodes_for_toxic(const TempFolder& folder, const Bootstrap& bootstrap) {
  std::ifstream in(bootstrap.nodes_file());
  const auto file = folder.path() / "toxic-nodes.json";
  std::ofstream(file) << json::parse(in).dump();
  return file;
}

/// Never asks the network for a newer node list; a terminal that nobody looks at does not make its user "away".
std::filesystem::path settings_of_toxic(const TempFolder& folder) {
  const auto file = folder.path() / "toxic.conf";
  std::ofstream(file) << "tox = { nodeslist_update_freq=0; };\nui = { mplex_away=false; show_welcome_msg=false; };\n";
  return file;
}

std::vector<std::string> command(const TempFolder& folder, const Bootstrap& bootstrap) {
  return {"toxic",
          "--ipv4",
          "--no-lan",
          "--nodes",
          nodes_for_toxic(folder, bootstrap),
          "--config",
          settings_of_toxic(folder),
          "--file",
          folder.path() / "toxic.tox"};
}

std::string trimmed(const std::string& text, const char* blanks) {
  const auto begin = text.find_first_not_of(blanks);
  return begin == std::string::npos ? "" : text.substr(begin, text.find_last_not_of(' ') - begin + 1);
}

}  // namespace

bool Toxic::installed() { return !installed_program("toxic").empty() && !installed_program("tmux").empty(); }

Toxic::Toxic(const TempFolder& folder, const Bootstrap& bootstrap, const std::string& name)
    : terminal_(folder, command(folder, bootstrap),
                {{"HOME", folder.path()}, {"XDG_CONFIG_HOME", folder.path() / "config"}, {"LC_ALL", "C.UTF-8"}}) {
  terminal_.wait_for_text("Would you like to encrypt it?");
  terminal_.type_line("n");
  terminal_.wait_for_text("[Home] [Contacts]");
  terminal_.type_line("/nick " + name);
  terminal_.wait_for_text("] " + name);
  wait_online();
}

void Toxic::wait_online() {
  wait_until("toxic to be online", [this] { return terminal_.count_on_screen("[Offline]") == 0; });
}

void Toxic::next_window() {
  const auto before = terminal_.screen();
  terminal_.press("C-p");
  wait_until("toxic to show its next window", [&] { return terminal_.screen() != before; });
}

void Toxic::stop() {
  terminal_.type_line("/quit");
  terminal_.wait_for_end();
}

void Toxic::start() {
  terminal_.run_again();
  terminal_.wait_for_text("[Home] [Contacts]");
  wait_online();
}

void Toxic::add(const std::string& tox_id, const std::string& greeting) {
  terminal_.type_line("/add " + tox_id + " \"" + greeting + "\"");
  terminal_.wait_for_text("Friend request sent.");
}

void Toxic::show_contacts() {
  terminal_.press("C-p");
  terminal_.wait_for_text("Online: ");
}

void Toxic::open_chat() {
  terminal_.press("Enter");
  terminal_.wait_for_text("Logging for this window");
}

// " Online: 1/1", then a line for each contact, then the bar with the windows.
std::vector<std::string> Toxic::contacts() {
  std::vector<std::string> found;
  bool in_list = false;
  for (const std::string& line : terminal_.screen()) {
    if (line.find("[Home]") != std::string::npos) break;
    const std::string contact = trimmed(line, " >");
    if (in_list && !contact.empty()) found.push_back(contact);
    in_list = in_list || line.find("Online: ") != std::string::npos;
  }
  return found;
}

std::vector<std::string> Toxic::windows() {
  std::string bar;
  for (const std::string& line : terminal_.screen()) {
    if (line.find("[Home]") != std::string::npos) bar = line;
  }
  std::vector<std::string> names;
  std::istringstream words(bar);
  for (std::string word; words >> word;) names.push_back(word);
  return names;
}

}  // namespace toxtore
