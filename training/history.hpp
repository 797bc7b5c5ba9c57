#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gradus::training {

/// What a run reports on its way: rows of named numbers, such as one an epoch. A column that comes up later
/// is NaN in the rows before, and so is one that a row leaves out.
class History {
 public:
  using Row = std::vector<std::pair<std::string, double>>;

  /// Throws ValueError for a name given twice.
  void add(const Row& row);

  std::size_t size() const { return rows_.size(); }
  bool empty() const { return rows_.empty(); }
  /// In the order in which they came up.
  const std::vector<std::string>& columns() const { return columns_; }
  bool has(std::string_view column) const;
  /// A number by the places of its row and column, both from 0.
  double at(std::size_t row, std::size_t column) const;
  /// One number a row. Throws IndexError for a column that does not exist.
  std::vector<double> column(std::string_view name) const;
  /// A number of the last row, NaN if there is none.
  double last(std::string_view column) const;

 private:
  std::vector<std::string> columns_;
  std::map<std::string, std::size_t, std::less<>> places_;  ///< of the columns
  std::vector<std::vector<double>> rows_;                   ///< may be shorter than columns_
};

/// One JSON object a row and line, {"epoch": 1, "loss": 0.25}, NaN and infinities as null. Numbers read back
/// as they were. Replaces the file; throws IoError when it cannot be written.
void write_jsonl(const std::filesystem::path& file, const History& history);

/// Comma-separated values as RFC 4180 has them, under a line of column names. As `write_jsonl`.
void write_csv(const std::filesystem::path& file, const History& history);

}  // namespace gradus::training
