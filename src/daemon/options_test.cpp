#include "daemon/options.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

namespace toxtore {
namespace {

std::variant<Options, ExitNow> parse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "toxtored");
  return parse_options(static_cast<int>(arguments.size()), arguments.data());
}

Options accepted(const std::vector<const char*>& arguments) {
  auto parsed = parse(arguments);
  return std::get<Options>(parsed);
}

ExitCode refused(const std::vector<const char*>& arguments) {
  const auto parsed = parse(arguments);
  const auto* exit = std::get_if<ExitNow>(&parsed);
  return exit != nullptr ? exit->code : ExitCode::other;
}

TEST(DaemonOptions, Defaults) {
  ::setenv("XDG_DATA_HOME", "/data", 1);
  ::setenv("XDG_RUNTIME_DIR", "/run/user/1", 1);
  const Options options = accepted({});
  EXPECT_EQ(options.profile, "default");
  EXPECT_EQ(options.data_folder, "/data/toxtore");
  EXPECT_EQ(options.socket, "/run/user/1/toxtore/default.sock");
  EXPECT_FALSE(options.device_name.empty());
  EXPECT_FALSE(options.passphrase.given());
  EXPECT_FALSE(options.name);
  EXPECT_FALSE(options.always_on);
  EXPECT_TRUE(options.tox.udp && options.tox.ipv6 && options.tox.local_discovery);
  EXPECT_EQ(options.tox.start_port, 0);
}

TEST(DaemonOptions, WithoutTheXdgFolders) {
  ::unsetenv("XDG_DATA_HOME");
  ::setenv("XDG_RUNTIME_DIR", "relative/is/ignored", 1);
  ::setenv("HOME", "/home/me", 1);
  const Options options = accepted({"--profile", "work"});
  EXPECT_EQ(options.data_folder, "/home/me/.local/share/toxtore");
  EXPECT_EQ(options.socket.filename(), "work.sock");
  EXPECT_EQ(options.socket.parent_path().parent_path(), "/tmp");
}

// Its folder is made where it is not there, and who erases a profile looks from elsewhere whether it is gone.
TEST(DaemonOptions, TheStateFilesPathIsWhole) {
  const auto here = std::filesystem::current_path();
  EXPECT_EQ(accepted({"--data-dir", "/d", "--state-file", "me.last"}).state_file, here / "me.last");
  EXPECT_EQ(accepted({"--data-dir", "/d", "--state-file", "/s/me.last"}).state_file, "/s/me.last");
}

TEST(DaemonOptions, Everything) {
  const Options options = accepted({"--data-dir",
                                    "/d",
                                    "--socket",
                                    "/s",
                                    "--passphrase-fd",
                                    "3",
                                    "--device-name",
                                    "server",
                                    "--name",
                                    "Me",
                                    "--always-on",
                                    "yes",
                                    "--import-profile",
                                    "/me.tox",
                                    "--import-passphrase-file",
                                    "/p",
                                    "--nodes",
                                    "/n",
                                    "--no-udp",
                                    "--port-range",
                                    "100:200",
                                    "--tcp-relay-port",
                                    "443",
                                    "--proxy",
                                    "socks5://localhost:9050",
                                    "--no-local-discovery",
                                    "--no-ipv6",
                                    "--verbose"});
  EXPECT_EQ(options.data_folder, "/d");
  EXPECT_EQ(options.socket, "/s");
  EXPECT_EQ(options.passphrase.descriptor, 3);
  EXPECT_EQ(options.device_name, "server");
  EXPECT_EQ(options.name, "Me");
  EXPECT_EQ(options.always_on, true);
  EXPECT_EQ(options.import_file, "/me.tox");
  EXPECT_EQ(options.import_passphrase.file, "/p");
  EXPECT_EQ(options.nodes, "/n");
  EXPECT_FALSE(options.tox.udp || options.tox.ipv6 || options.tox.local_discovery);
  EXPECT_EQ(options.tox.start_port, 100);
  EXPECT_EQ(options.tox.end_port, 200);
  EXPECT_EQ(options.tox.tcp_relay_port, 443);
  EXPECT_EQ(options.tox.proxy, ProxyType::socks5);
  EXPECT_EQ(options.tox.proxy_host, "localhost");
  EXPECT_EQ(options.tox.proxy_port, 9050);
  EXPECT_EQ(options.log_level, log::Level::verbose);
}

TEST(DaemonOptions, OnePortIsARangeOfOne) {
  const Options options = accepted({"--data-dir", "/d", "--port", "5000"});
  EXPECT_EQ(options.tox.start_port, 5000);
  EXPECT_EQ(options.tox.end_port, 5000);
}

TEST(DaemonOptions, ProxyForms) {
  EXPECT_EQ(accepted({"--data-dir", "/d", "--proxy", "http://[::1]:8080"}).tox.proxy_host, "::1");
  for (const char* proxy : {"localhost:9050", "socks5://localhost", "socks5://:1", "http://h:0", "http://h:65536",
                            "https://h:1", "http://h:1x"})
    EXPECT_EQ(refused({"--data-dir", "/d", "--proxy", proxy}), ExitCode::usage) << proxy;
}

TEST(DaemonOptions, WhatIsRefused) {
  const std::string long_name(65, 'x');
  for (const char* name : {"", ".", "..", ".hidden", "a/b", "a b", "ä", long_name.c_str()})
    EXPECT_EQ(refused({"--profile", name}), ExitCode::usage) << name;
  EXPECT_EQ(refused({"--device-name", long_name.c_str()}), ExitCode::usage);
  EXPECT_EQ(refused({"--always-on", "maybe"}), ExitCode::usage);
  EXPECT_EQ(refused({"--port", "0"}), ExitCode::usage);
  EXPECT_EQ(refused({"--port-range", "200:100"}), ExitCode::usage);
  EXPECT_EQ(refused({"--port", "1", "--port-range", "1:2"}), ExitCode::usage);
  EXPECT_EQ(refused({"--passphrase-fd", "-1"}), ExitCode::usage);
  EXPECT_EQ(refused({"--passphrase-fd", "3", "--passphrase-file", "/p"}), ExitCode::usage);
  EXPECT_EQ(refused({"--import-passphrase-fd", "3"}), ExitCode::usage) << "without --import-profile";
  EXPECT_EQ(refused({"--verbose", "--quiet"}), ExitCode::usage);
  EXPECT_EQ(refused({"--no-such-option"}), ExitCode::usage);
  EXPECT_EQ(refused({"extra"}), ExitCode::usage);
}

TEST(DaemonOptions, HelpAndVersionEndCleanly) {
  EXPECT_EQ(refused({"--help"}), ExitCode::clean);
  EXPECT_EQ(refused({"--version"}), ExitCode::clean);
}

TEST(DaemonOptions, EveryErrorHasItsExitCode) {
  EXPECT_EQ(exit_code_of(ErrorKind::wrong_passphrase), ExitCode::wrong_passphrase);
  EXPECT_EQ(exit_code_of(ErrorKind::locked), ExitCode::locked);
  EXPECT_EQ(exit_code_of(ErrorKind::newer_schema), ExitCode::data);
  EXPECT_EQ(exit_code_of(ErrorKind::disk_full), ExitCode::disk);
  EXPECT_EQ(exit_code_of(ErrorKind::io), ExitCode::other);
}

}  // namespace
}  // namespace toxtore
