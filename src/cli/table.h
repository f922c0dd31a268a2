// A table for people: columns as wide as their content in terminal columns, two spaces between, and below a row what
// is too long for a column (a key of 64 digits, a Tox ID of 76), so that a row fits a terminal of 80 columns.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cli/style.h"

namespace toxtore {

class Table {
 public:
  struct Column {
    std::string title;
    bool right = false;          ///< numbers
    std::size_t width_max = 32;  ///< columns of the terminal; a longer cell is cut
  };
  /// `text` may be anything that a peer wrote: the table makes it harmless.
  struct Cell {
    std::string text;
    Tone tone = Tone::plain;
  };

  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  /// As many cells as columns. `below`: whole lines under the row, indented.
  void add_row(std::vector<Cell> cells, std::vector<std::string> below = {});
  [[nodiscard]] bool empty() const { return rows_.empty(); }

  /// Head and rows, each ended by "\n", no spaces at the ends of lines.
  [[nodiscard]] std::string render(const Style& style) const;

 private:
  struct Row {
    std::vector<Cell> cells;
    std::vector<std::string> below;
  };
  [[nodiscard]] std::vector<std::size_t> widths() const;
  static std::string line(const std::vector<Cell>& cells, const std::vector<Column>& columns,
                          const std::vector<std::size_t>& widths, const Style& style);

  std::vector<Column> columns_;
  std::vector<Row> rows_;
};

/// Facts one below the other, `name  value`, the values in line. Values may be anything; each stays on its line.
class Facts {
 public:
  void add(std::string name, const std::string& value, Tone tone = Tone::plain);
  [[nodiscard]] std::string render(const Style& style) const;

 private:
  struct Fact {
    std::string name;
    std::string value;
    Tone tone;
  };
  std::vector<Fact> facts_;
};

}  // namespace toxtore
