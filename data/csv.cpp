#include <gradus/data/csv.hpp>

#include <algorithm>
#include <charconv>
#include <limits>
#include <set>
#include <string_view>

#include <gradus/autograd/ops/create.hpp>
#include <gradus/data/atomic_file.hpp>

namespace gradus::data {

namespace {

struct Row {
  std::vector<std::string> fields;
  std::size_t line = 0;  ///< that it begins on, from 1
};

/// Takes a text apart into rows of fields.
class Parser {
 public:
  Parser(std::string file, std::string_view text, char separator)
      : file_(std::move(file)), text_(text), separator_(separator) {
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    if (text_.starts_with(byte_order_mark)) at_ = byte_order_mark.size();
  }

  /// The next row that is not an empty line; none at the end.
  std::optional<Row> next() {
    while (at_ < text_.size() && (text_[at_] == '\n' || text_.substr(at_, 2) == "\r\n")) take();
    if (at_ == text_.size()) return std::nullopt;
    Row row{{}, line_};
    for (;;) {
      row.fields.push_back(at_ < text_.size() && text_[at_] == '"' ? quoted() : plain());
      if (at_ < text_.size() && text_[at_] == separator_) {
        take();
        continue;
      }
      if (text_.substr(at_, 2) == "\r\n") take();
      if (at_ < text_.size()) take();
      return row;
    }
  }

  template <class... T>
  [[noreturn]] void stop(std::size_t line, fmt::format_string<T...> text, T&&... values) const {
    throw IoError(fmt::format("read_csv: {} line {}: ", file_, line) +
                  fmt::format(text, std::forward<T>(values)...));
  }

 private:
  char take() {
    line_ += text_[at_] == '\n';
    return text_[at_++];
  }
  bool at_end_of_field() const {
    return at_ == text_.size() || text_[at_] == separator_ || text_[at_] == '\n' ||
           text_.substr(at_, 2) == "\r\n";
  }

  std::string plain() {
    const std::size_t begin = at_;
    while (!at_end_of_field()) ++at_;
    return std::string(text_.substr(begin, at_ - begin));
  }

  std::string quoted() {
    const std::size_t began = line_;
    std::string field;
    take();
    for (;;) {
      if (at_ == text_.size()) stop(began, "a quote is opened and not closed");
      const char c = take();
      if (c != '"') {
        field += c;
      } else if (at_ < text_.size() && text_[at_] == '"') {
        field += take();
      } else {
        break;
      }
    }
    if (!at_end_of_field()) stop(line_, "'{}' follows a closing quote", text_[at_]);
    return field;
  }

  std::string file_;
  std::string_view text_;
  char separator_;
  std::size_t at_ = 0, line_ = 1;
};

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

template <class T>
std::optional<T> number_in(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

std::vector<std::string> column_names(const Parser& parser, const Row& first, bool header) {
  std::vector<std::string> names;
  std::set<std::string> distinct;
  for (std::size_t i = 0; i < first.fields.size(); ++i) {
    names.push_back(header ? std::string(trimmed(first.fields[i])) : std::to_string(i));
    if (!distinct.insert(names.back()).second)
      parser.stop(first.line, "two columns are called {}", names.back());
  }
  return names;
}

/// The labels as numbers, with the classes if they are words.
void set_labels(Csv& csv, const std::vector<std::string>& words) {
  std::vector<std::int64_t> labels;
  for (const std::string& word : words)
    if (const auto number = number_in<std::int64_t>(word)) labels.push_back(*number);
  if (labels.size() != words.size()) {
    labels.clear();
    const std::set<std::string> distinct(words.begin(), words.end());
    csv.classes.assign(distinct.begin(), distinct.end());
    for (const std::string& word : words)
      labels.push_back(std::lower_bound(csv.classes.begin(), csv.classes.end(), word) - csv.classes.begin());
  }
  csv.labels = from_span(std::span<const std::int64_t>(labels));
}

double value_of(const Parser& parser, const Row& row, std::size_t column, const std::string& name) {
  const std::string_view text = trimmed(row.fields[column]);
  if (text.empty()) return std::numeric_limits<double>::quiet_NaN();
  const auto value = number_in<double>(text);
  if (!value) parser.stop(row.line, "column {} holds \"{}\", which is no number", name, text.substr(0, 40));
  return *value;
}

}  // namespace

Csv read_csv(const std::filesystem::path& file, const CsvOptions& options) {
  require<DTypeError>(is_floating(options.dtype), "read_csv: given {}; values can be float32 or float64",
                      options.dtype);
  const std::string text = read_file(file);
  Parser parser(file.string(), text, options.separator);
  std::optional<Row> row = parser.next();
  if (!row) parser.stop(1, "the file is empty");
  const std::vector<std::string> names = column_names(parser, *row, options.header);
  const auto label = std::find(names.begin(), names.end(), options.label.value_or(""));
  if (options.label && label == names.end())
    parser.stop(row->line, "there is no column {} for the label", *options.label);
  const std::size_t label_column =
      options.label ? static_cast<std::size_t>(label - names.begin()) : names.size();

  std::vector<double> values;
  std::vector<std::string> words;
  std::int64_t rows = 0;
  if (options.header) row = parser.next();
  for (; row; row = parser.next(), ++rows) {
    if (row->fields.size() != names.size())
      parser.stop(row->line, "there are {} fields, but {} columns", row->fields.size(), names.size());
    for (std::size_t c = 0; c < names.size(); ++c) {
      if (c == label_column)
        words.emplace_back(trimmed(row->fields[c]));
      else
        values.push_back(value_of(parser, *row, c, names[c]));
    }
  }
  Csv csv;
  csv.columns = names;
  if (options.label) csv.columns.erase(csv.columns.begin() + static_cast<std::ptrdiff_t>(label_column));
  const Shape shape{rows, static_cast<std::int64_t>(csv.columns.size())};
  csv.values = from_span(std::span<const double>(values), shape).to(options.dtype);
  if (options.label) set_labels(csv, words);
  return csv;
}

}  // namespace gradus::data
