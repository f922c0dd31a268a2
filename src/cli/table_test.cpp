#include "cli/table.h"

#include <gtest/gtest.h>

namespace toxtore {
namespace {

TEST(Table, ColumnsStandInLineByTerminalColumns) {
  Table table({{"NAME"}, {"N", true}, {"END"}});
  table.add_row({{"漢字"}, {"5"}, {"x"}});
  table.add_row({{"Anna"}, {"12"}, {"y"}});
  table.add_row({{"é"}, {"1"}, {""}});
  EXPECT_EQ(table.render({}),
            "NAME   N  END\n"
            "漢字   5  x\n"
            "Anna  12  y\n"
            "é      1\n");
}

TEST(Table, CellsAreHarmlessAndCut) {
  Table table({{"NAME", false, 6}});
  table.add_row({{"\x1b[2Jabcdef"}}, {"below\nit\x1b"});
  EXPECT_EQ(table.render({}),
            "NAME\n"
            "␛[2Ja…\n"
            "  below␊it␛\n");
}

TEST(Table, ColoursOnlyWhenAskedAndNotInTheWidths) {
  Table table({{"A"}, {"B"}});
  table.add_row({{"x", Tone::good}, {"y"}});
  EXPECT_EQ(table.render({}).find('\x1b'), std::string::npos);
  EXPECT_EQ(table.render({.colour = true}),
            "\x1b[1mA\x1b[0m  \x1b[1mB\x1b[0m\n"
            "\x1b[32mx\x1b[0m  y\n");
}

TEST(Table, FactsStandInLine) {
  Facts facts;
  facts.add("a", "1");
  facts.add("longer", "2\x1b");
  EXPECT_EQ(facts.render({}), "a       1\nlonger  2␛\n");
}

}  // namespace
}  // namespace toxtore
