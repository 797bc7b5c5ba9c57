// Every reader of tensors meets files cut, bent and overwritten. Each must be read or refused with an
// IoError; what the sanitizers have to say of it they say.
#include "support/catch.hpp"

#include <gradus/autograd/ops.hpp>
#include <gradus/data/npy.hpp>
#include <gradus/data/pth.hpp>
#include <gradus/data/safetensors.hpp>

#include <functional>
#include <random>

#include "support/files.hpp"

namespace gradus::hostile_test {
using namespace test;

namespace {

struct Format {
  const char* name;
  std::function<void(const std::filesystem::path&)> write, read;
  bool has_checksums;  ///< of the elements
};

data::NamedTensors content() {
  return {{"conv.weight", ones({2, 3})},
          {"flags", ones({3}, {.dtype = boolean})},
          {"steps", tensor(7, {.dtype = int64})}};
}

const Format formats[] = {
    {"safetensors",
     [](const auto& file) {
       data::write_safetensors(file, {content(), {{"k", "v"}}});
     },
     [](const auto& file) { data::read_safetensors(file); }, false},
    {"mapped safetensors",
     [](const auto& file) {
       data::write_safetensors(file, {content(), {}});
     },
     [](const auto& file) { data::read_safetensors(file, {.map = true}); }, false},
    {"npy", [](const auto& file) { data::write_npy(file, content()[0].second); },
     [](const auto& file) { data::read_npy(file); }, false},
    {"npz", [](const auto& file) { data::write_npz(file, content()); },
     [](const auto& file) { data::read_npz(file); }, true},
    {"compressed npz", [](const auto& file) { data::write_npz(file, content(), {.compress = true}); },
     [](const auto& file) { data::read_npz(file); }, true},
    {"pth", [](const auto& file) { data::write_pth(file, content()); },
     [](const auto& file) { data::read_pth(file); }, true},
};

/// Whether the file was read; false if it was refused as it should be, with an IoError.
bool survives(const Format& format, const std::filesystem::path& file, const Bytes& bytes) {
  write_bytes(file, bytes);
  try {
    format.read(file);
    return true;
  } catch (const IoError& error) {
    REQUIRE(says(error.what(), {file.string()}));
    return false;
  }
}

}  // namespace

TEST_CASE("files of tensors that are cut, bent or overwritten are read or refused", "[data][hostile]") {
  const TempFolder folder;
  for (const Format& format : formats) {
    CAPTURE(format.name);
    format.write(folder / "whole");
    const Bytes whole = read_bytes(folder / "whole");
    REQUIRE(survives(format, folder / "x", whole));
    for (std::size_t length = 0; length < whole.size(); ++length) {
      CAPTURE(length);
      REQUIRE_FALSE(survives(format, folder / "x",
                             {whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)}));
    }
    std::size_t refused = 0;
    Bytes bent = whole;
    for (std::size_t i = 0; i < whole.size(); ++i)
      for (const int change : {1 << i % 8, 0xFF}) {
        CAPTURE(i, change);
        bent[i] = static_cast<std::uint8_t>(whole[i] ^ change);
        refused += !survives(format, folder / "x", bent);
        bent[i] = whole[i];
      }
    CHECK(refused > whole.size() / (format.has_checksums ? 1 : 4));
    std::mt19937 random(7);
    for (int round = 0; round < 300; ++round) {
      CAPTURE(round);
      for (int k = 0; k < 4; ++k) bent[random() % bent.size()] = static_cast<std::uint8_t>(random());
      survives(format, folder / "x", bent);
      bent = whole;
    }
  }
}

}  // namespace gradus::hostile_test
