#include "support/catch.hpp"

#include <cmath>
#include <gradus/autograd/error.hpp>
#include <gradus/data/atomic_file.hpp>
#include <gradus/training/crc32c.hpp>
#include <gradus/training/history.hpp>
#include <limits>
#include <string>

#include "support/files.hpp"

namespace gradus::history_test {

namespace {

std::uint32_t crc(const std::string& text) {
  training::Crc32c sum;
  sum.add(text.data(), text.size());
  return sum.value();
}

training::History two_rows() {
  training::History history;
  history.add({{"epoch", 1}, {"loss", 0.1}});
  history.add({{"epoch", 2}, {"test, \"loss\"", std::numeric_limits<double>::infinity()}});
  return history;
}

}  // namespace

TEST_CASE("the checksum gives the values of RFC 3720", "[training][crc32c]") {
  CHECK(crc("") == 0);
  CHECK(crc("123456789") == 0xE3069283);
  CHECK(crc(std::string(32, '\0')) == 0x8A9136AA);
  CHECK(crc(std::string(32, '\xFF')) == 0x62A8AB43);
  std::string rising(32, ' ');
  for (std::size_t i = 0; i < 32; ++i) rising[i] = static_cast<char>(i);
  CHECK(crc(rising) == 0x46DD794E);
}

TEST_CASE("the checksum does not depend on how the bytes are cut", "[training][crc32c]") {
  std::string text(100, ' ');
  for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>(i * i);
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    training::Crc32c sum;
    sum.add(text.data(), cut);
    sum.add(text.data() + cut, text.size() - cut);
    CHECK(sum.value() == crc(text));
  }
}

TEST_CASE("a history fills up what rows leave out", "[training][history]") {
  const training::History history = two_rows();
  CHECK(history.columns() == std::vector<std::string>{"epoch", "loss", "test, \"loss\""});
  CHECK(history.column("epoch") == std::vector<double>{1, 2});
  CHECK(history.last("epoch") == 2);
  CHECK(std::isnan(history.last("loss")));
  CHECK(std::isnan(history.at(0, 2)));
  CHECK(std::isnan(training::History().last("loss")));
  CHECK(history.has("loss"));
  CHECK_FALSE(history.has("losses"));
}

TEST_CASE("a history names what is wrong", "[training][history]") {
  training::History history = two_rows();
  CHECK(test::says(test::error_of<ValueError>([&] {
                     history.add({{"a", 1}, {"b", 1}, {"a", 2}});
                   }),
                   {"gives a twice"}));
  CHECK(history.size() == 2);
  CHECK(history.columns().size() == 3);
  CHECK(test::says(test::error_of<IndexError>([&] { history.column("losses"); }), {"no column losses"}));
}

TEST_CASE("logs are JSON lines or CSV", "[training][history]") {
  const test::TempFolder folder;
  training::write_jsonl(folder / "log.jsonl", two_rows());
  CHECK(data::read_file(folder / "log.jsonl") ==
        "{\"epoch\": 1, \"loss\": 0.1, \"test, \\\"loss\\\"\": null}\n"
        "{\"epoch\": 2, \"loss\": null, \"test, \\\"loss\\\"\": null}\n");
  training::write_csv(folder / "log.csv", two_rows());
  CHECK(data::read_file(folder / "log.csv") == "epoch,loss,\"test, \"\"loss\"\"\"\n1,0.1,nan\n2,nan,inf\n");
  CHECK(test::says(test::error_of<IoError>([&] { training::write_csv(folder / "no/log", two_rows()); }),
                   {"no/log cannot be written"}));
}

}  // namespace gradus::history_test
