"""The fixtures as a user's test suite gets them: by installing the package, and no more."""

import pytest

pytest_plugins = ["pytester"]


def test_the_fixture_is_there_and_fresh_for_each_test(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.parametrize("time", [1, 2])
        def test_rotation(langsmith, time):
            body = {
                "display_name": "mine",
                "config": {"bucket_name": langsmith.env["EMULATOR_BUCKET"], "region": "us-east-1"},
                "credentials": langsmith.credentials("full"),
            }
            made = langsmith.api("POST", "/api/v1/bulk-exports/destinations", body).json()
            path = "/api/v1/bulk-exports/destinations/" + made["id"]
            rotated = langsmith.credentials("rotated")
            assert langsmith.api("PATCH", path, {"credentials": rotated}).status == 200
            assert [record["method"] for record in langsmith.requests()] == ["POST", "PATCH"]
            assert langsmith.seen(rotated["secret_access_key"]) == ["body"]
        """
    )
    pytester.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=2)
