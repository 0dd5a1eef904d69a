{%- set measures = {
    'unions': 'grassroots_unions',
    'members_total': 'grassroots_unions',
    'members_female': 'grassroots_unions',
    'workers_total': 'grassroots_unions',
    'enterprises': 'enterprises',
    'enterprises_with_union': 'enterprises',
    'agreements_in_force': 'agreements',
} -%}

with summaries as (
    select * from {{ ref('stg_province_summary') }}
),

submissions as (
    select * from {{ ref('int_submissions_current') }}
    where form = 'province_summary'
),

units as (
    select * from {{ ref('int_org_units_by_period') }}
),

reported as (
    select * from {{ ref('int_measures_by_unit') }}
),

completeness as (
    select * from {{ ref('int_completeness_by_unit') }}
),

calendar as (
    select * from {{ ref('int_calendar_by_subject') }}
    where is_due = 1
),

counted as (
    select summaries.*
    from summaries
    inner join submissions on summaries.submission_id = submissions.submission_id
),

stated as (
    {% for measure, form in measures.items() -%}
        select
            period,
            org_unit_code as province_code,
            unit_code as org_unit_code,
            '{{ form }}' as form,
            '{{ measure }}' as measure,
            {{ measure }} as province_value
        from counted
        where {{ measure }} is not null
        {% if not loop.last -%} union all {% endif %}
    {% endfor %}
),

-- Compared are the units directly below a province that has sent its summary: theirs includes what is below.
subordinates as (
    select
        units.period,
        units.parent_code as province_code,
        units.org_unit_code
    from units
    inner join submissions
        on units.period = submissions.period and units.parent_code = submissions.org_unit_code
),

sent as (
    select
        subordinates.period,
        subordinates.province_code,
        subordinates.org_unit_code,
        reported.form,
        reported.measure,
        reported.value as units_value
    from subordinates
    inner join reported
        on subordinates.period = reported.period and subordinates.org_unit_code = reported.org_unit_code
),

spine as (
    select
        period,
        province_code,
        org_unit_code,
        form,
        measure
    from stated
    union
    select
        period,
        province_code,
        org_unit_code,
        form,
        measure
    from sent
),

-- In a quarter that asks the units for no report of the form they have nothing to be compared with.
due as (
    select spine.*
    from spine
    inner join calendar on spine.period = calendar.period and spine.form = calendar.subject
),

of_units as (
    select
        due.period,
        due.province_code,
        due.org_unit_code,
        due.form,
        due.measure,
        false as is_total,
        sent.units_value,
        stated.province_value,
        coalesce(stated.province_value, 0) - coalesce(sent.units_value, 0) as contribution,
        completeness.reporters_expected,
        completeness.reporters_reported
    from due
    left join sent
        on
            due.period = sent.period
            and due.province_code = sent.province_code
            and due.org_unit_code = sent.org_unit_code
            and due.measure = sent.measure
    left join stated
        on
            due.period = stated.period
            and due.province_code = stated.province_code
            and due.org_unit_code = stated.org_unit_code
            and due.measure = stated.measure
    left join completeness
        on
            due.period = completeness.period
            and due.org_unit_code = completeness.org_unit_code
            and due.form = completeness.subject
),

completeness_of_provinces as (
    select
        subordinates.period,
        subordinates.province_code,
        completeness.subject,
        cast(sum(completeness.reporters_expected) as bigint) as reporters_expected,
        cast(sum(completeness.reporters_reported) as bigint) as reporters_reported
    from subordinates
    inner join completeness
        on
            subordinates.period = completeness.period
            and subordinates.org_unit_code = completeness.org_unit_code
    group by subordinates.period, subordinates.province_code, completeness.subject
),

totals as (
    select
        period,
        province_code,
        form,
        measure,
        cast(sum(units_value) as bigint) as units_value,
        cast(sum(province_value) as bigint) as province_value,
        cast(sum(contribution) as bigint) as contribution
    from of_units
    group by period, province_code, form, measure
),

of_provinces as (
    select
        totals.period,
        totals.province_code,
        totals.province_code as org_unit_code,
        totals.form,
        totals.measure,
        true as is_total,
        totals.units_value,
        totals.province_value,
        totals.contribution,
        completeness_of_provinces.reporters_expected,
        completeness_of_provinces.reporters_reported
    from totals
    left join completeness_of_provinces
        on
            totals.period = completeness_of_provinces.period
            and totals.province_code = completeness_of_provinces.province_code
            and totals.form = completeness_of_provinces.subject
),

compared as (
    select * from of_units
    union all
    select * from of_provinces
),

final as (
    select
        compared.period,
        compared.province_code,
        compared.org_unit_code,
        units.valid_from as org_unit_valid_from,
        units.name_vi as org_unit_name_vi,
        compared.is_total,
        compared.measure,
        compared.units_value,
        compared.province_value,
        compared.province_value - compared.units_value as difference,
        compared.contribution,
        {{ percent('compared.contribution', 'totals.contribution') }} as share_pct,
        case
            when compared.units_value is null then 'unit_missing'
            when compared.province_value is null then 'province_missing'
            when compared.units_value = compared.province_value then 'equal'
            else 'differs'
        end as state,
        compared.reporters_expected,
        compared.reporters_reported,
        {{ percent('compared.reporters_reported', 'compared.reporters_expected') }} as completeness_pct
    from compared
    -- every row has its total: the left join keeps an optimizer from joining the totals with all units first
    left join totals
        on
            compared.period = totals.period
            and compared.province_code = totals.province_code
            and compared.measure = totals.measure
    inner join units
        on compared.period = units.period and compared.org_unit_code = units.org_unit_code
)

select * from final
