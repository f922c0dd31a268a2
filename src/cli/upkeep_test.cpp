// `toxtore backup`, `restore`, `passphrase` and `doctor` with the real toxtored, without any network.
#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "base/test_folder.h"
#include "cli/program.h"

namespace toxtore::test {
namespace {

using nlohmann::json;

class UpkeepCommands : public testing::Test {
 protected:
  UpkeepCommands() {
    nodes_ = folder_.file("nodes.json", R"({"nodes": []})");
    first_ = folder_.file("first", "first passphrase\n");
    second_ = folder_.file("second", "second passphrase\n");
  }

  /// False if it ended instead.
  bool start(const std::string& passphrase_file) {
    std::vector<std::string> words{TOXTORED,  "--data-dir", data(),          "--socket", socket(),       "--no-udp",
                                   "--nodes", nodes_,       "--device-name", "laptop",   "--state-file", state()};
    if (!passphrase_file.empty()) words.insert(words.end(), {"--passphrase-file", passphrase_file});
    daemon_ = std::make_unique<Process>(words);
    daemon_->end_input();
    return daemon_->wait_for("toxtored: ready");
  }
  void stop() {
    daemon_->signal(SIGTERM);
    EXPECT_EQ(daemon_->finish().exit_code, 0);
    daemon_.reset();
  }
  Finished run(std::vector<std::string> words) {
    words.insert(words.end(), {"--socket", socket()});
    return toxtore(words);
  }
  json result(std::vector<std::string> words) {
    words.emplace_back("--json");
    const Finished done = run(words);
    EXPECT_EQ(done.exit_code, 0) << done.errors;
    return json::parse(done.output, nullptr, false);
  }
  void write_message(const std::string& text) {
    const std::string key = "09" + std::string(62, '0');
    run({"friend", "add", key + "010203040B06"});  // already there, or not
    EXPECT_EQ(run({"send", key, text}).exit_code, 0);
  }
  std::size_t messages(const std::string& word) { return result({"search", word})["messages"].size(); }

  std::string socket() const { return folder_.file("test.sock"); }
  std::string data() const { return folder_.file("data"); }
  std::string state() const { return folder_.file("state"); }
  std::string backup() const { return folder_.file("backup"); }

  TestFolder folder_;
  std::string nodes_;
  std::string first_;
  std::string second_;
  std::unique_ptr<Process> daemon_;
};

TEST_F(UpkeepCommands, APassphraseIsGivenLaterWhileTheDaemonRuns) {
  ASSERT_TRUE(start(""));
  EXPECT_EQ(result({"status"})["encrypted"], false);
  const Finished given = run({"passphrase", "--data-dir", data(), "--new-passphrase-file", first_});
  ASSERT_EQ(given.exit_code, 0) << given.errors;
  EXPECT_NE(given.output.find("--new-key"), std::string::npos) << "it says who could still open it: " << given.output;
  EXPECT_EQ(result({"status"})["encrypted"], true);
  write_message("apples");
  const std::vector<std::string> change{
      "passphrase", "--data-dir", data(), "--passphrase-file", first_, "--new-passphrase-file", second_};
  ASSERT_EQ(run(change).exit_code, 0);
  EXPECT_EQ(run(change).exit_code, 1) << "the first one is no more";
  stop();
  EXPECT_FALSE(start(first_));
  ASSERT_TRUE(start(second_));
  EXPECT_EQ(messages("apples"), 1U);
  EXPECT_NE(run({"passphrase", "--data-dir", data(), "--passphrase-file", second_, "--remove", "--new-key"})
                .errors.find("running"),
            std::string::npos);
  stop();
  ASSERT_EQ(run({"passphrase", "--data-dir", data(), "--passphrase-file", second_, "--new-passphrase-file", first_,
                 "--new-key"})
                .exit_code,
            0);
  EXPECT_EQ(run({"passphrase", "--data-dir", data(), "--passphrase-file", first_, "--remove"}).exit_code, 0);
  ASSERT_TRUE(start(""));
  EXPECT_EQ(messages("apples"), 1U);
  EXPECT_EQ(result({"status"})["encrypted"], false);
  EXPECT_TRUE(result({"status"})["doubt"].is_null()) << "it is the same database";
}

TEST_F(UpkeepCommands, APassphraseIsTypedOnTheTerminal) {
  ASSERT_TRUE(start(first_));
  stop();
  Process typed({TOXTORE, "passphrase", "--data-dir", data()}, Process::On::terminal);
  ASSERT_TRUE(typed.wait_for("Passphrase of the profile"));
  typed.type("first passphrase\n");
  ASSERT_TRUE(typed.wait_for("New passphrase"));
  typed.type("second passphrase\n");
  ASSERT_TRUE(typed.wait_for("The same again"));
  typed.type("second passphrase\n");
  EXPECT_TRUE(typed.wait_for("The passphrase is changed"));
  const Finished done = typed.finish();
  EXPECT_EQ(done.exit_code, 0) << done.output;
  EXPECT_EQ(done.output.find("second"), std::string::npos) << "what is typed is not shown";
  EXPECT_TRUE(start(second_));
}

TEST_F(UpkeepCommands, ABackupIsRestoredWithItsPassphraseAlone) {
  ASSERT_TRUE(start(first_));
  write_message("apples");
  const json status = result({"status"});
  EXPECT_EQ(result({"backup", backup()})["file"], backup());
  EXPECT_EQ(run({"backup", backup()}).exit_code, 1) << "never over a file that is there";
  write_message("oranges");
  const std::vector<std::string> restore{"restore", backup(), "--data-dir", data(), "--passphrase-file", first_};
  std::vector<std::string> forced = restore;
  forced.emplace_back("--force");
  for (const auto& words : {restore, forced}) {
    const Finished running = run(words);
    EXPECT_EQ(running.exit_code, 1);
    EXPECT_NE(running.errors.find("toxtored runs on the profile “default”"), std::string::npos) << running.errors;
  }
  stop();
  EXPECT_NE(run(restore).exit_code, 0) << "a profile is there";
  const Finished done = run(forced);
  ASSERT_EQ(done.exit_code, 0) << done.errors;
  EXPECT_NE(done.output.find(".before-restore-"), std::string::npos) << done.output;
  EXPECT_NE(done.output.find("opens with the passphrase of the backup"), std::string::npos) << done.output;
  ASSERT_TRUE(start(first_));
  EXPECT_EQ(messages("apples"), 1U);
  EXPECT_EQ(messages("oranges"), 0U);
  EXPECT_EQ(result({"status"})["doubt"]["why"], "set_back") << "a restore hides nothing of this";
  EXPECT_EQ(result({"status"})["key"], status["key"]);
  stop();
  std::filesystem::remove_all(data());
  std::filesystem::remove(state());
  ASSERT_EQ(run(restore).exit_code, 0) << "on a machine that has nothing";
  ASSERT_TRUE(start(first_));
  EXPECT_EQ(messages("apples"), 1U);
  EXPECT_EQ(result({"status"})["doubt"]["why"], "no_state_file");
}

TEST_F(UpkeepCommands, ABackupOfAProfileWithoutAPassphraseGetsOne) {
  ASSERT_TRUE(start(""));
  EXPECT_EQ(run({"backup", backup()}).exit_code, 2) << "nobody can be asked";
  ASSERT_EQ(run({"backup", backup(), "--passphrase-file", second_}).exit_code, 0);
  ASSERT_EQ(run({"backup", backup() + "-plain", "--plain"}).exit_code, 0);
  stop();
  std::filesystem::remove_all(data());
  const Finished wrong = run({"restore", backup(), "--data-dir", data(), "--passphrase-file", first_});
  EXPECT_NE(wrong.exit_code, 0);
  EXPECT_NE(wrong.errors.find("not the passphrase of the backup " + backup()), std::string::npos) << wrong.errors;
  EXPECT_EQ(wrong.errors.find(".default.new"), std::string::npos) << "what he never heard of: " << wrong.errors;
  EXPECT_FALSE(std::filesystem::exists(data() + "/default/key")) << "with a wrong passphrase nothing is put in place";
  const Finished plain = run({"restore", backup() + "-plain", "--data-dir", data(), "--profile", "other"});
  ASSERT_EQ(plain.exit_code, 0) << plain.errors;
  EXPECT_NE(plain.output.find("It has no passphrase"), std::string::npos) << plain.output;
  const Finished done = run({"restore", backup(), "--data-dir", data(), "--passphrase-file", second_});
  ASSERT_EQ(done.exit_code, 0);
  EXPECT_NE(done.output.find("also if it had none"), std::string::npos) << done.output;
  EXPECT_TRUE(start(second_));
}

TEST_F(UpkeepCommands, WhatIsWrongWithABackupIsSaidOfTheBackup) {
  ASSERT_TRUE(start(first_));
  ASSERT_EQ(run({"backup", backup()}).exit_code, 0);
  stop();
  std::filesystem::remove_all(data());
  std::filesystem::create_directory(data());
  std::filesystem::permissions(data(), std::filesystem::perms(0500));
  if (::geteuid() != 0) {
    const Finished refused = run({"restore", backup(), "--data-dir", data(), "--passphrase-file", first_});
    EXPECT_EQ(refused.exit_code, 1);
    EXPECT_EQ(refused.errors.find(".default.new"), std::string::npos) << refused.errors;
  }
  std::filesystem::permissions(data(), std::filesystem::perms(0700));
  const Finished nobody = run({"restore", backup(), "--data-dir", data()});
  EXPECT_NE(nobody.exit_code, 0);
  EXPECT_EQ(nobody.errors.find(".default.new"), std::string::npos) << nobody.errors;
}

TEST_F(UpkeepCommands, TheDoctorFindsTheSameWhetherTheDaemonRunsOrNot) {
  ASSERT_TRUE(start(first_));
  write_message("apples");
  const std::string key = data() + "/default/key";
  const std::vector<std::string> doctor{"doctor", "--data-dir", data(), "--passphrase-file", first_};
  EXPECT_EQ(run(doctor).output, "Nothing is wrong.\n");
  std::filesystem::permissions(key, std::filesystem::perms(0644));
  const json running = result(doctor);
  std::vector<std::string> repair = doctor;
  repair.emplace_back("--repair");
  EXPECT_NE(run(repair).errors.find("stop it"), std::string::npos);
  stop();
  EXPECT_EQ(result(doctor), running);
  EXPECT_EQ(running["findings"].size(), 1U);
  EXPECT_EQ(run(repair).output, "Nothing is wrong.\n");
  std::ofstream(data() + "/default/toxtore.db", std::ios::binary | std::ios::in).seekp(5 * 4096 + 99).put('x').put('y');
  const Finished damaged = run(doctor);
  EXPECT_EQ(damaged.exit_code, 1) << damaged.output;
}

// What the scrub leaves in the files is looked at in scrub_test.cpp; that the daemon does it, shows by the empty log.
TEST_F(UpkeepCommands, TheDaemonScrubsWhatWasErased) {
  ASSERT_TRUE(start(first_));
  write_message("zanzibar");
  const std::filesystem::path log = data() + "/default/toxtore.db-wal";
  ASSERT_GT(std::filesystem::file_size(log), 0U);
  const std::string id = result({"search", "zanzibar"})["messages"][0]["id"];
  ASSERT_EQ(run({"erase", id}).exit_code, 0);
  EXPECT_EQ(messages("zanzibar"), 0U);
  // The note that it is done is the only thing in the log then: a page or two.
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (std::filesystem::file_size(log) > 3 * 4120 + 32 && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_LE(std::filesystem::file_size(log), 3U * 4120 + 32);
}

}  // namespace
}  // namespace toxtore::test
