with seeded as (
    select * from {{ ref('targets') }}
),

sets as (
    select * from {{ ref('target_sets') }}
),

submitted as (
    select * from {{ ref('stg_targets') }}
),

submissions as (
    select * from {{ ref('int_submissions_current') }}
),

periods as (
    select * from {{ ref('int_periods_generated') }}
),

ancestors as (
    select * from {{ ref('int_org_unit_ancestors_dated') }}
),

lines as (
    select distinct
        org_unit_code,
        line_from,
        line_to
    from {{ ref('int_org_unit_lines') }}
),

from_documents as (
    select
        org_unit_code,
        indicator_code,
        target_set,
        first_year,
        target_year,
        operator,
        value as target_value,
        is_qualitative,
        qualitative_word,
        threshold_workers as threshold,
        denominator,
        source,
        cast(null as string) as given_by_code,
        decided_on,
        cast(null as string) as submission_id,
        cast(null as string) as source_sheet,
        cast(null as bigint) as source_row
    from seeded
),

from_forms as (
    select
        submitted.unit_code as org_unit_code,
        submitted.indicator_code,
        submitted.target_set,
        submitted.first_year,
        submitted.target_year,
        case submitted.operator
            when 'gte' then '>='
            when 'gt' then '>'
            when 'eq' then '='
            when 'lte' then '<='
            when 'lt' then '<'
        end as operator,
        submitted.value as target_value,
        submitted.operator is null and submitted.value is null as is_qualitative,
        case when submitted.operator is null and submitted.value is null then submitted.note end
            as qualitative_word,
        submitted.threshold,
        cast(null as string) as denominator,
        submitted.decided_by as source,
        submitted.org_unit_code as given_by_code,
        periods.ends_on as decided_on,
        submitted.submission_id,
        submitted.source_sheet,
        submitted.source_row
    from submitted
    inner join submissions on submitted.submission_id = submissions.submission_id
    inner join periods on submitted.period = periods.period
),

combined as (
    select * from from_documents
    union all
    select * from from_forms
),

-- Documents of two provinces may have one number: a unit means its own or that of the nearest unit above it.
sets_meant as (
    select
        ancestors.org_unit_code,
        sets.target_set,
        min_by(sets.org_unit_code, ancestors.distance) as set_org_unit_code
    from sets
    inner join ancestors on sets.org_unit_code = ancestors.ancestor_code
    group by ancestors.org_unit_code, sets.target_set
),

dated as (
    select
        combined.org_unit_code,
        combined.indicator_code,
        combined.target_set,
        coalesce(sets_meant.set_org_unit_code, combined.given_by_code) as set_org_unit_code,
        combined.first_year,
        combined.target_year,
        combined.operator,
        combined.target_value,
        combined.is_qualitative,
        combined.qualitative_word,
        combined.threshold,
        combined.denominator,
        combined.source,
        combined.given_by_code,
        coalesce(combined.decided_on, sets.decided_on) as given_on,
        combined.submission_id,
        combined.source_sheet,
        combined.source_row
    from combined
    left join sets_meant
        on
            combined.org_unit_code = sets_meant.org_unit_code
            and combined.target_set = sets_meant.target_set
    left join sets
        on
            sets_meant.target_set = sets.target_set
            and sets_meant.set_org_unit_code = sets.org_unit_code
),

-- A code may mean another unit later; before its first unit a code means that one.
bearers as (
    select
        org_unit_code,
        line_from,
        line_to,
        lag(line_from) over (partition by org_unit_code order by line_from asc) is null as is_first,
        lead(line_from) over (partition by org_unit_code order by line_from asc) as next_from
    from lines
),

final as (
    select
        dated.*,
        periods.period as given_in,
        bearers.line_from as org_unit_valid_from,
        bearers.line_to as org_unit_valid_to
    from dated
    left join periods on dated.given_on between periods.starts_on and periods.ends_on
    left join bearers
        on
            dated.org_unit_code = bearers.org_unit_code
            and (bearers.is_first or dated.given_on >= bearers.line_from)
            and (bearers.next_from is null or coalesce(dated.given_on < bearers.next_from, true))
)

select * from final
