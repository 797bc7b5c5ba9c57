#include "support/catch.hpp"

#include <cmath>
#include <gradus/autograd/ops.hpp>
#include <gradus/data/atomic_file.hpp>
#include <gradus/data/csv.hpp>

#include "support/files.hpp"

namespace gradus::csv_test {
using data::Csv;
using data::CsvOptions;

namespace {

using Words = std::vector<std::string>;
using Labels = std::vector<std::int64_t>;

Csv read(const std::string& text, const CsvOptions& options = {}) {
  const test::TempFolder folder;
  data::write_file(folder / "t.csv", text);
  return data::read_csv(folder / "t.csv", options);
}

std::string complaint(const std::string& text, const CsvOptions& options = {}) {
  const std::string found = test::error_of<IoError>([&] { read(text, options); });
  CHECK(test::says(found, {"read_csv: ", "/t.csv line "}));
  return found;
}

}  // namespace

TEST_CASE("a table of numbers has its columns' names", "[data][csv]") {
  const Csv csv = read("a,b , c\n1,2.5,-3e2\n4,5,.5\n");
  CHECK(csv.columns == Words{"a", "b", "c"});
  CHECK(csv.values.shape() == Shape{2, 3});
  CHECK(csv.values.to_vector<float>() == std::vector<float>{1, 2.5F, -300, 4, 5, 0.5F});
  CHECK_FALSE(csv.labels.defined());
  const Csv bare = read("1;2\r\n\r\n3;4", {.header = false, .separator = ';', .dtype = float64});
  CHECK(bare.columns == Words{"0", "1"});
  CHECK(bare.values.to_vector<double>() == std::vector<double>{1, 2, 3, 4});
}

TEST_CASE("labels are whole numbers or words", "[data][csv]") {
  const Csv numbers = read("x,y\n0.5,7\n1.5,-1\n", {.label = "y"});
  CHECK(numbers.columns == Words{"x"});
  CHECK(numbers.labels.to_vector<std::int64_t>() == Labels{7, -1});
  CHECK(numbers.classes.empty());
  const Csv words = read("kind,x\ndog,1\ncat, 2\n\"a, \"\"b\"\"\nc\",3\ncat,4\n", {.label = "kind"});
  CHECK(words.classes == Words{"a, \"b\"\nc", "cat", "dog"});
  CHECK(words.labels.to_vector<std::int64_t>() == Labels{2, 1, 0, 1});
  CHECK(words.values.to_vector<float>() == std::vector<float>{1, 2, 3, 4});
  CHECK(read("1,2\n3,4\n", {.header = false, .label = "1"}).labels.to_vector<std::int64_t>() == Labels{2, 4});
}

TEST_CASE("what is missing is NaN", "[data][csv]") {
  const auto values = read("a,b,c\n,nan,inf\n").values.to_vector<float>();
  CHECK(std::isnan(values[0]));
  CHECK(std::isnan(values[1]));
  CHECK(std::isinf(values[2]));
}

TEST_CASE("a table may have no rows, and begin with a byte order mark", "[data][csv]") {
  CHECK(read("\xEF\xBB\xBF"
             "a,b\n")
            .values.shape() == Shape{0, 2});
  CHECK(read("a\n", {.label = "a"}).values.shape() == Shape{0, 0});
}

TEST_CASE("a fault in a table is named with its place", "[data][csv]") {
  CHECK(test::says(complaint(""), {"line 1: the file is empty"}));
  CHECK(test::says(complaint("\n\r\n"), {"the file is empty"}));
  CHECK(test::says(complaint("a,b\n1,2\n\n3\n"), {"line 4: there are 1 fields, but 2 columns"}));
  CHECK(test::says(complaint("a,b\n1,2,3\n"), {"line 2: there are 3 fields, but 2 columns"}));
  CHECK(test::says(complaint("a,b\n1,2x\n"), {"line 2: column b holds \"2x\", which is no number"}));
  CHECK(test::says(complaint("a\n\"1\n2\n"), {"line 2: a quote is opened and not closed"}));
  CHECK(test::says(complaint("a\n\"1\"2\n"), {"line 2: '2' follows a closing quote"}));
  CHECK(test::says(complaint("a,b,a\n"), {"line 1: two columns are called a"}));
  CHECK(test::says(complaint("a,b\n", {.label = "c"}), {"line 1: there is no column c for the label"}));
  CHECK(test::says(complaint(std::string("a\n1\0\n", 5)), {"line 2: column a holds"}));
  CHECK_THROWS_AS(data::read_csv("no/such.csv"), IoError);
  CHECK_THROWS_AS(read("a\n", {.dtype = int64}), DTypeError);
}

TEST_CASE("no prefix of a table is more than an error", "[data][csv]") {
  const std::string whole = "\xEF\xBB\xBF\"a\"\"\",b\r\n1,\"2\"\r\nnan,\r\n";
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    try {
      const Csv csv = read(whole.substr(0, size));
      CHECK(csv.values.rank() == 2);
    } catch (const IoError& error) {
      CHECK(test::says(error.what(), {"t.csv line "}));
    }
  }
}

}  // namespace gradus::csv_test
