#include "support/catch.hpp"

#include <gradus/autograd/ops.hpp>
#include <gradus/data/png.hpp>

#include "support/files.hpp"
#include "support/same_bits.hpp"

namespace gradus::png_test {
using namespace test;
using data::Channels;
using data::read_png;
using data::write_png;

namespace {

Tensor noise(const Shape& shape) {
  Generator generator(2);
  return randint(0, 256, shape, {.dtype = int64}, &generator).to(uint8);
}

}  // namespace

TEST_CASE("PNG files give back what was written", "[data][png]") {
  const TempFolder folder;
  const auto check = [&](const Tensor& picture, Channels channels) {
    write_png(folder / "x.png", picture);
    CHECK(same_bits(read_png(folder / "x.png", channels), picture));
  };
  check(noise({1, 5, 7}), Channels::grey);
  check(reshape(arange(256).to(uint8), {1, 16, 16}), Channels::grey);
  check(noise({3, 5, 7}), Channels::rgb);
  check(transpose(noise({3, 5, 7}), 1, 2), Channels::rgb);
  check(noise({1, 1, 1}), Channels::grey);
}

TEST_CASE("colours are converted to what is asked for", "[data][png]") {
  const TempFolder folder;
  const Tensor grey = noise({1, 4, 4}), equal_parts = cat({grey, grey, grey}, 0);
  write_png(folder / "grey.png", grey);
  CHECK(same_bits(read_png(folder / "grey.png", Channels::rgb), equal_parts));
  write_png(folder / "rgb.png", equal_parts);
  CHECK(same_bits(read_png(folder / "rgb.png", Channels::grey), grey));
  // Green is the brightest to the eye, blue the darkest.
  write_png(folder / "pure.png", reshape(eye(3), {3, 1, 3}).to(uint8) * 255);
  const auto pure = read_png(folder / "pure.png", Channels::grey).to_vector<std::uint8_t>();
  CHECK(pure.at(1) > pure.at(0));
  CHECK(pure.at(0) > pure.at(2));
}

TEST_CASE("transparency is laid on black", "[data][png]") {
  // 2 x 1 pixels in RGBA: white, but transparent; and (200, 100, 50), opaque.
  const Bytes picture{0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0x00, 0x00, 0x00, 0x0D, 0x49,
                      0x48, 0x44, 0x52, 0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0x01, 0x08, 0x06,
                      0x00, 0x00, 0x00, 0xF4, 0x22, 0x7F, 0x8A, 0x00, 0x00, 0x00, 0x11, 0x49, 0x44,
                      0x41, 0x54, 0x78, 0x9C, 0x63, 0xF8, 0xFF, 0xFF, 0x3F, 0xC3, 0x89, 0x14, 0xA3,
                      0xFF, 0x00, 0x1A, 0xA3, 0x05, 0x5B, 0x01, 0xD7, 0x06, 0x2D, 0x00, 0x00, 0x00,
                      0x00, 0x49, 0x45, 0x4E, 0x44, 0xAE, 0x42, 0x60, 0x82};
  const TempFolder folder;
  write_bytes(folder / "x.png", picture);
  CHECK(same_bits(read_png(folder / "x.png", Channels::rgb),
                  tensor({{{0, 200}}, {{0, 100}}, {{0, 50}}}, {.dtype = uint8})));
}

TEST_CASE("what is no whole PNG file is an error that names it", "[data][png]") {
  const TempFolder folder;
  const auto complaint = [&](const Bytes& bytes) {
    write_bytes(folder / "x.png", bytes);
    const std::string text = error_of<IoError>([&] { read_png(folder / "x.png", Channels::grey); });
    CAPTURE(text);
    CHECK(says(text, {"read_png: ", "/x.png"}));
    return text;
  };
  write_png(folder / "whole.png", noise({1, 20, 20}));
  const Bytes whole = read_bytes(folder / "whole.png");
  for (std::size_t length = 0; length < whole.size() - 40; length += length < 60 ? 1 : 37) {
    CAPTURE(length);
    complaint({whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)});
  }
  Bytes flipped = whole;
  flipped.at(20) ^= 1;  // in the size, which has a checksum
  complaint(flipped);
  flipped = whole;
  for (std::size_t i = whole.size() / 2; i < whole.size() / 2 + 4; ++i) flipped.at(i) ^= 0xFF;
  CHECK(says(complaint(flipped), {"damaged"}));
  complaint({'P', '5', ' ', '1', ' ', '1', ' ', '2', '5', '5', '\n', 0});
  // 2^15 x 2^15 pixels, says the header.
  Bytes huge(whole.begin(), whole.begin() + 8);
  huge.insert(huge.end(), {0x00, 0x00, 0x00, 0x0D, 0x49, 0x48, 0x44, 0x52, 0x00, 0x00, 0x80, 0x00, 0x00,
                           0x00, 0x80, 0x00, 0x08, 0x00, 0x00, 0x00, 0x00, 0xE1, 0x17, 0xFC, 0xA3});
  huge.insert(huge.end(), whole.begin() + 33, whole.end());
  CHECK(says(complaint(huge), {"32768 x 32768"}));
  CHECK(says(error_of<IoError>([&] { read_png(folder / "no.png", Channels::rgb); }),
             {"no.png", "No such file"}));
  CHECK(says(error_of<IoError>([&] { read_png(folder.path(), Channels::rgb); }), {folder.path().string()}));
}

TEST_CASE("write_png wants bytes of one or three channels and a place for them", "[data][png]") {
  const TempFolder folder;
  CHECK_THROWS_AS(write_png(folder / "x.png", zeros({1, 2, 2})), DTypeError);
  CHECK_THROWS_AS(write_png(folder / "x.png", noise({2, 2, 2})), ShapeError);
  CHECK_THROWS_AS(write_png(folder / "x.png", noise({2, 2})), ShapeError);
  CHECK_THROWS_AS(write_png(folder / "x.png", noise({1, 0, 2})), ShapeError);
  CHECK(folder.empty());
  CHECK(says(error_of<IoError>([&] { write_png(folder / "no/x.png", noise({1, 2, 2})); }), {"no/x.png"}));
}

}  // namespace gradus::png_test
