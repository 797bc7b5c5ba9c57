#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <gradus/autograd/tensor.hpp>

namespace gradus::data {

struct CsvOptions {
  /// Whether the first line names the columns; otherwise they are called "0", "1" and so on.
  bool header = true;
  char separator = ',';
  /// The column with the class of each row, if there is one.
  std::optional<std::string> label = std::nullopt;
  DType dtype = float32;  ///< of the values; float64 is the other choice
};

/// A table of numbers.
struct Csv {
  std::vector<std::string> columns;  ///< names of those in `values`
  Tensor values;                     ///< [rows, columns]
  Tensor labels;                     ///< int64 [rows]; undefined without a label column
  /// The classes in alphabetical order, if labels are words: a label is a place in it. Empty where they are
  /// whole numbers, which are taken as they are.
  std::vector<std::string> classes;
};

/// Reads comma-separated values as RFC 4180 has them (quotes around what holds separators, lines or quotes,
/// which are doubled), with lines ended by LF or CRLF; empty lines are passed over, and so is a byte order
/// mark. An empty field and "nan" are NaN. For a loader: `TensorDataset{csv.values, csv.labels}`. Throws
/// IoError naming file, line, column and cause: a field that is no number, a row with too few or too many, a
/// quote that is not closed, no such label column, a name given twice.
Csv read_csv(const std::filesystem::path& file, const CsvOptions& options = {});

}  // namespace gradus::data
