#include <gradus/data/atomic_file.hpp>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include <gradus/autograd/error.hpp>

#include "support/catch.hpp"
#include "support/files.hpp"
#include "support/full_disk.hpp"

namespace gradus::atomic_file_test {

namespace {

std::size_t entries(const test::TempFolder& folder) {
  return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(folder.path()), {}));
}

}  // namespace

TEST_CASE("a file appears with its content when it is committed, and not before", "[data][atomic]") {
  const test::TempFolder folder;
  const auto file = folder / "a.bin";
  const std::string large(200'000, 'x');
  {
    data::AtomicFile out(file);
    out.write("one ");
    out.write(large);
    out.write(" two");
    CHECK_FALSE(std::filesystem::exists(file));
    out.commit();
  }
  CHECK(data::read_file(file) == "one " + large + " two");
  CHECK(entries(folder) == 1);
}

TEST_CASE("what is not committed leaves no trace", "[data][atomic]") {
  const test::TempFolder folder;
  data::write_file(folder / "a", "old");
  {
    data::AtomicFile out(folder / "a");
    out.write("new");
  }
  CHECK(data::read_file(folder / "a") == "old");
  CHECK(entries(folder) == 1);
}

TEST_CASE("a full disk is reported and the old content stays", "[data][atomic]") {
  const test::TempFolder folder;
  const std::size_t size = GENERATE(std::size_t{5000}, std::size_t{500'000});
  data::write_file(folder / "a", "old");
  std::string text;
  {
    const test::FullDisk full(4096);
    text = test::error_of<IoError>([&] { data::write_file(folder / "a", std::string(size, 'n')); });
  }
  CHECK(test::says(text, {"/a cannot be written (File too large)"}));
  CHECK(data::read_file(folder / "a") == "old");
  CHECK(entries(folder) == 1);
}

TEST_CASE("a process that dies while writing loses nothing", "[data][atomic]") {
  const test::TempFolder folder;
  data::write_file(folder / "a", "old");
  const pid_t child = fork();
  if (child == 0) {
    data::AtomicFile out(folder / "a");
    out.write(std::string(100'000, 'n'));
    kill(getpid(), SIGKILL);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(WIFSIGNALED(status));
  CHECK(data::read_file(folder / "a") == "old");
  data::write_file(folder / "a", "new");  // what was left behind is in nobody's way
  CHECK(data::read_file(folder / "a") == "new");
}

TEST_CASE("permissions are kept and links followed", "[data][atomic]") {
  const test::TempFolder folder;
  data::write_file(folder / "a", "old");
  std::filesystem::permissions(folder / "a", std::filesystem::perms(0640));
  std::filesystem::create_symlink("a", folder / "link");
  data::write_file(folder / "link", "new");
  CHECK(std::filesystem::is_symlink(folder / "link"));
  CHECK(data::read_file(folder / "a") == "new");
  CHECK(std::filesystem::status(folder / "a").permissions() == std::filesystem::perms(0640));
}

TEST_CASE("what cannot be replaced is named", "[data][atomic]") {
  const test::TempFolder folder;
  const auto error = [](const std::filesystem::path& file) {
    return test::error_of<IoError>([&] { data::write_file(file, "x"); });
  };
  CHECK(test::says(error(folder / "no/such"), {"no/such cannot be written (No such file or directory)"}));
  CHECK(test::says(error("/dev/null"), {"/dev/null cannot be written (it is no regular file)"}));
  CHECK(test::says(error(folder.path()), {"it is no regular file"}));
  CHECK(test::says(test::error_of<IoError>([&] { data::read_file(folder / "none"); }),
                   {"none cannot be opened (No such file or directory)"}));
  CHECK(test::says(test::error_of<IoError>([&] { data::read_file(folder.path()); }), {"it is a folder"}));
}

}  // namespace gradus::atomic_file_test
