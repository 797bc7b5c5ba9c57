#include <gradus/training/history.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>

#include <gradus/autograd/error.hpp>
#include <gradus/data/atomic_file.hpp>

namespace gradus::training {

namespace {

constexpr double absent = std::numeric_limits<double>::quiet_NaN();

/// A field of CSV: in quotes where it holds what would end it.
std::string quoted(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + '"';
}

/// As a string of JSON; bytes that are no UTF-8 become the replacement character.
std::string json_text(const std::string& text) {
  using Json = nlohmann::json;
  return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

void History::add(const Row& row) {
  std::set<std::string_view> names;
  for (const auto& [name, value] : row)
    require(names.insert(name).second, "History: the row gives {} twice", name);
  std::vector<double> values;
  for (const auto& [name, value] : row) {
    const auto [place, is_new] = places_.try_emplace(name, columns_.size());
    if (is_new) columns_.push_back(name);
    values.resize(std::max(values.size(), place->second + 1), absent);
    values[place->second] = value;
  }
  rows_.push_back(std::move(values));
}

bool History::has(std::string_view column) const { return places_.contains(column); }

double History::at(std::size_t row, std::size_t column) const {
  return column < rows_.at(row).size() ? rows_[row][column] : absent;
}

std::vector<double> History::column(std::string_view name) const {
  const auto place = places_.find(name);
  require<IndexError>(place != places_.end(), "History: there is no column {}", name);
  std::vector<double> values;
  for (std::size_t r = 0; r < size(); ++r) values.push_back(at(r, place->second));
  return values;
}

double History::last(std::string_view name) const {
  return has(name) && !empty() ? column(name).back() : absent;
}

void write_jsonl(const std::filesystem::path& file, const History& history) {
  std::string text;
  for (std::size_t r = 0; r < history.size(); ++r) {
    for (std::size_t c = 0; c < history.columns().size(); ++c) {
      const double value = history.at(r, c);
      text += fmt::format("{}{}: {}", c == 0 ? "{" : ", ", json_text(history.columns()[c]),
                          std::isfinite(value) ? fmt::format("{}", value) : "null");
    }
    text += history.columns().empty() ? "{}\n" : "}\n";
  }
  data::write_file(file, text);
}

void write_csv(const std::filesystem::path& file, const History& history) {
  std::string text;
  for (std::size_t c = 0; c < history.columns().size(); ++c)
    text += (c == 0 ? "" : ",") + quoted(history.columns()[c]);
  text += '\n';
  for (std::size_t r = 0; r < history.size(); ++r) {
    for (std::size_t c = 0; c < history.columns().size(); ++c)
      text += fmt::format("{}{}", c == 0 ? "" : ",", history.at(r, c));
    text += '\n';
  }
  data::write_file(file, text);
}

}  // namespace gradus::training
