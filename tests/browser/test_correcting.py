"""A teacher corrects her week on the page, looks through what was hard to read, and takes it away."""

from typing import Any

import pypdfium2
from playwright.async_api import BrowserContext, Page, expect

from tests.browser.accessibility import violations
from tests.browser.week import ART, MATHS, Week
from tests.waiting import until


def saved(page: Page) -> Any:
    return expect(page.locator('[data-testid="save-state"][data-state="saved"]'))


async def test_a_lesson_is_corrected_moved_and_the_changes_taken_back(week: Week) -> None:
    page = week.page
    await week.put(MATHS, ART)
    await week.show(page)
    await page.get_by_role("button", name="Art").click()
    editor = page.get_by_test_id("block-details")
    await editor.get_by_test_id("field-name").fill("Arts and crafts")
    await editor.get_by_label("Starts").fill("09:50")
    await page.keyboard.press("Enter")
    await expect(editor).to_have_count(0)
    await expect(page.locator('[data-day="tuesday"] [data-name="Arts and crafts"]')).to_be_visible()
    await until(lambda: _has(week, name="Arts and crafts", startTime="09:50", confidence=1))

    # By keys alone: a day to the right, a step down, its end another one.
    lesson = page.locator('[data-name="Arts and crafts"]')
    for key in ("ArrowRight", "ArrowDown", "Shift+ArrowDown"):
        await lesson.focus()
        await page.keyboard.press(key)
    await until(lambda: _has(week, day="wednesday", startTime="09:55", endTime="11:10"))

    await page.keyboard.press("Control+z")
    undo = page.get_by_role("button", name="Undo")
    await undo.click()
    await until(lambda: _has(week, day="wednesday", startTime="09:50", endTime="11:00"))
    for _ in range(2):
        await undo.click()
    await expect(undo).to_be_disabled()
    await expect(undo).to_be_focused()  # though there is nothing more to undo
    for _ in range(3):
        await page.get_by_role("button", name="Redo").click()
    await until(lambda: _has(week, day="wednesday", startTime="09:55", endTime="11:05"))
    await saved(page).to_be_visible()


async def _has(week: Week, **fields: Any) -> bool:
    return any(fields.items() <= block.items() for block in (await week.get())["timeblocks"])


async def test_a_week_is_named_and_a_name_given_up(week: Week) -> None:
    page = week.page
    await week.put(MATHS, ART)
    await week.show(page)
    for typed, key in (("Our week", "Enter"), ("Never", "Escape")):
        await page.get_by_role("heading", level=1).get_by_role("button").click()
        field = page.get_by_label("Name of this timetable")
        await expect(field).to_have_css("border-top-left-radius", "9px")  # its looks do not wait for a dialog's
        await field.fill(typed)
        await page.keyboard.press(key)
        await expect(page.get_by_role("heading", level=1)).to_have_text("Our week")
    await saved(page).to_be_visible()
    assert (await week.get())["savedName"] == "Our week"


async def test_a_pointer_moves_and_draws_lessons(week: Week) -> None:
    page = week.page
    await week.put(MATHS, ART)
    await week.show(page)
    lesson = page.locator('[data-name="Mathematics"]')
    box = await lesson.bounding_box()
    friday = await page.locator('[data-day="friday"]').bounding_box()
    assert box is not None
    assert friday is not None
    await page.mouse.move(box["x"] + 40, box["y"] + 10)
    await page.mouse.down()
    await page.mouse.move(friday["x"] + 40, box["y"] + 10, steps=5)
    await page.mouse.up()
    await until(lambda: _has(week, name="Mathematics", day="friday", startTime="09:00", endTime="09:45"))
    await expect(page.get_by_test_id("block-details")).to_have_count(0)

    free = await page.locator('[data-day="wednesday"] .day-blocks').bounding_box()
    assert free is not None
    await page.mouse.move(free["x"] + 40, free["y"] + 20)
    await page.mouse.down()
    await page.mouse.move(free["x"] + 40, free["y"] + 80, steps=5)
    await page.mouse.up()
    editor = page.get_by_test_id("block-details")
    await editor.get_by_test_id("field-name").fill("Chess")
    await page.keyboard.press("Enter")
    await until(lambda: _has(week, name="Chess", day="wednesday"))


async def test_what_was_hard_to_read_is_looked_through_to_its_end(week: Week) -> None:
    page = week.page
    read = {"confidence": 0.4, "box": {"x": 300, "y": 200, "width": 200, "height": 80}}
    other = {"field": "name", "value": "Drama", "confidence": 0.3}
    warning = {"code": "missing_day", "message": "There is nothing on Wednesday.", "timeBlock": None}
    unsure = {**ART, **read, "confidence": 0.6, "alternatives": [other]}
    await week.put({**MATHS, **read}, unsure, warnings=[warning], validated=False)
    await week.show(page)
    await expect(page.get_by_text("Needs a look")).to_be_visible()
    await page.get_by_role("button", name="Check 3 things").click()
    review = page.get_by_test_id("review")
    await expect(review).to_contain_text("1 of 3")
    await expect(review).to_contain_text("Mathematics")  # the most doubtful first
    await expect(review.get_by_role("img")).to_be_visible()  # its part of the picture
    await page.keyboard.press("Enter")
    await expect(review).to_contain_text("2 of 3")
    await review.get_by_role("button", name="Drama").click()
    await review.get_by_test_id("review-right").click()
    await expect(review).to_contain_text("3 of 3")
    await expect(review).to_contain_text("nothing on Wednesday")
    await page.keyboard.press("Enter")
    await expect(review).to_contain_text("Everything is checked")
    await page.keyboard.press("Enter")
    await expect(review).to_have_count(0)
    # The button that opened it has gone meanwhile.
    await expect(page.locator(".week-head :focus")).to_have_count(1)
    await expect(page.get_by_text("Needs a look")).to_have_count(0)
    await until(lambda: _has(week, name="Drama", confidence=1))
    await until(lambda: _is_in_order(week))  # said last, so perhaps in a request of its own


async def _is_in_order(week: Week) -> bool:
    now = await week.get()
    return (now["validated"], now["warnings"]) == (True, [])


async def test_two_who_change_one_week_choose_lesson_by_lesson(week: Week, context: BrowserContext) -> None:
    await week.put(MATHS, ART)
    other = await context.new_page()
    for page in (week.page, other):
        await week.show(page)
    for page, name in ((other, "Algebra"), (week.page, "Geometry")):
        await page.get_by_role("button", name="Mathematics").click()
        await page.get_by_test_id("field-name").fill(name)
        await page.keyboard.press("Enter")
        if page is other:
            await until(lambda: _has(week, name="Algebra"))
    sheet = week.page.get_by_test_id("conflict")
    difference = sheet.get_by_test_id("difference")
    await expect(difference).to_have_count(1)  # Art is the same in both
    await expect(difference).to_contain_text("Geometry")
    assert await violations(week.page) == []
    await difference.get_by_role("radio", name="Theirs").check()
    await sheet.get_by_role("button", name="Keep these").click()
    await expect(sheet).to_have_count(0)
    await saved(week.page).to_be_visible()
    assert sorted(await week.names()) == ["Algebra", "Art"]
    await other.close()


async def test_a_week_leaves_as_a_file_on_paper_and_as_a_calendar(week: Week) -> None:
    page = week.page
    await week.put(MATHS, ART)
    await week.show(page)
    for name, begin in (("Excel", b"PK"), ("CSV table", b"\xef\xbb\xbf"), ("JSON", b"{")):
        await page.get_by_test_id("export").click()
        # Its looks do not wait for a dialog's: one could read the week through it.
        await expect(page.locator(".options")).not_to_have_css("background-color", "rgba(0, 0, 0, 0)")
        async with page.expect_download() as downloading:
            await page.get_by_role("menuitem", name=name).click()
        assert (await (await downloading.value).path()).read_bytes().startswith(begin)

    await page.evaluate("window.print = () => { window.printed = true }")
    await page.get_by_test_id("export").click()
    await page.get_by_role("menuitem", name="Print").click()
    assert await page.evaluate("window.printed")
    paper = await page.pdf(prefer_css_page_size=True)
    printed = pypdfium2.PdfDocument(paper)
    assert len(printed) == 1
    text = printed[0].get_textpage().get_text_range()
    assert "Mathematics" in text
    assert "Export" not in text

    await page.get_by_test_id("export").click()
    await page.get_by_role("menuitem", name="Calendar").click()
    sheet = page.get_by_test_id("calendar")
    await sheet.get_by_label("First day of term").fill("2026-09-02")
    await sheet.get_by_label("Last day of term").fill("2026-12-18")
    async with page.expect_download() as downloading:
        await sheet.get_by_test_id("download-ics").click()
    assert b"SUMMARY:Mathematics" in (await (await downloading.value).path()).read_bytes()
    await sheet.get_by_test_id("subscribe").click()
    link = await sheet.get_by_test_id("subscription").get_by_role("textbox").input_value()
    assert "SUMMARY:Art" in await (await page.request.get(link)).text()


async def test_weeks_that_take_turns_have_a_page_each_on_paper(week: Week) -> None:
    page = week.page
    club = {"name": "Homework club for whoever wants to come, in the library " * 3, "day": "friday"}
    await week.put({**MATHS, "week": "A"}, {**ART, "week": "B"}, club)
    await week.show(page)
    await page.get_by_role("button", name="Week B").click()
    await page.get_by_role("button", name="Picture", exact=True).click()  # which is no week
    paper = pypdfium2.PdfDocument(await page.pdf(prefer_css_page_size=True))
    texts = [sheet.get_textpage().get_text_range() for sheet in paper]
    assert len(texts) == 2
    for text, own, other in zip(texts, ("Week B", "Week A"), ("Mathematics", "Art"), strict=True):
        assert own in text
        assert other not in text
        assert "Homework club" in text
