#include "cli/table.h"

#include <algorithm>

#include "cli/terminal_text.h"

namespace toxtore {
namespace {

constexpr std::string_view gap = "  ";
constexpr std::string_view indent = "  ";

}  // namespace

void Table::add_row(std::vector<Cell> cells, std::vector<std::string> below) {
  cells.resize(columns_.size());
  for (std::size_t i = 0; i < cells.size(); ++i)
    cells[i].text = cut_to_width(harmless_line(cells[i].text), columns_[i].width_max);
  for (std::string& text : below) text = harmless_line(text);
  rows_.push_back({std::move(cells), std::move(below)});
}

std::vector<std::size_t> Table::widths() const {
  std::vector<std::size_t> widths;
  widths.reserve(columns_.size());
  for (const Column& column : columns_) widths.push_back(display_width(column.title));
  for (const Row& row : rows_) {
    for (std::size_t i = 0; i < widths.size(); ++i) widths[i] = std::max(widths[i], display_width(row.cells[i].text));
  }
  return widths;
}

std::string Table::line(const std::vector<Cell>& cells, const std::vector<Column>& columns,
                        const std::vector<std::size_t>& widths, const Style& style) {
  std::string line;
  std::size_t owed_spaces = 0;  // those behind a cell are written only when another follows
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const std::size_t free = widths[i] - std::min(widths[i], display_width(cells[i].text));
    if (columns[i].right) owed_spaces += free;
    if (!cells[i].text.empty()) {
      line.append(owed_spaces, ' ') += style.paint(cells[i].tone, cells[i].text);
      owed_spaces = 0;
    }
    owed_spaces += (columns[i].right ? 0 : free) + gap.size();
  }
  return line + "\n";
}

std::string Table::render(const Style& style) const {
  const std::vector<std::size_t> in_columns = widths();
  std::vector<Cell> head;
  head.reserve(columns_.size());
  for (const Column& column : columns_) head.push_back({column.title, Tone::strong});
  std::string text = line(head, columns_, in_columns, style);
  for (const Row& row : rows_) {
    text += line(row.cells, columns_, in_columns, style);
    for (const std::string& below : row.below) text.append(indent).append(style.paint(Tone::faint, below)).append("\n");
  }
  return text;
}

void Facts::add(std::string name, const std::string& value, Tone tone) {
  facts_.push_back({std::move(name), harmless_line(value), tone});
}

std::string Facts::render(const Style& style) const {
  std::size_t width = 0;
  for (const Fact& fact : facts_) width = std::max(width, display_width(fact.name));
  std::string text;
  for (const Fact& fact : facts_) {
    text += style.paint(Tone::strong, fact.name) + std::string(width - display_width(fact.name), ' ');
    text.append(gap).append(style.paint(fact.tone, fact.value)).append("\n");
  }
  return text;
}

}  // namespace toxtore
